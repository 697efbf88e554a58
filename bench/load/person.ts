import { WebSocket } from 'ws';
import * as z from 'zod';
import { keepAlive } from '../../client/keep-alive.ts';
import { typingSender } from '../../client/sender.ts';
import type { SocketLike } from '../../client/shapes.ts';
import { parseJson } from '../../local/json.ts';
import { Field, PAGE } from '../simulate/browser.ts';
import { type Draft, generated, makeConversation } from '../simulate/guest.ts';
import { makeRandom } from '../simulate/random.ts';

export interface PersonOptions {
  gateway: string;
  ticket: string;
  /** Which person: its typing is the same for the same number and seed. */
  index: number;
  /** A number that no other person of the run comes to by counting up. */
  people: number;
  seed: number;
  /** Milliseconds from one message to the next draft, on average; it is distributed exponentially. */
  restMs: number;
  onFrame: (isTyping: boolean, at: number) => void;
  /** What should not happen: an error frame, a lost connection. */
  onError: (what: string) => void;
}

/** Somebody with a connection who types, through the client that browsers run. */
export interface Person {
  /** Begins with a rest, as if the conversation had gone on for long. */
  type: () => void;
  /** Ends the typing with an off where one is owed; resolves when its socket has closed. */
  leave: () => Promise<void>;
  /** Ends the typing; the connection stays. */
  rest: () => void;
}

/** As long as API Gateway's integrations have at most. */
const OPENS_WITHIN_MS = 29_000;

/** Opens the connection. Rejects when it does not open. */
export async function startPerson(options: PersonOptions): Promise<Person> {
  const socket = new WebSocket(options.gateway, ['typing-relay', options.ticket], {
    perMessageDeflate: false,
    handshakeTimeout: OPENS_WITHIN_MS,
  });
  const ended = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  let leaving = false;
  socket.on('message', (data: Buffer) => {
    const trouble = troubleOf(data.toString());
    if (trouble !== undefined) options.onError(`error frame: ${trouble}`);
  });
  socket.on('error', () => undefined);
  void ended.then((code) => {
    if (!leaving) options.onError(`connection closed with ${code}`);
  });
  const field = new Field();
  const seen = seenBy(socket, options.onFrame);
  const sender = typingSender(seen, field, { page: PAGE });
  const pings = keepAlive(seen);
  let stopTyping = (): void => undefined;
  function rest(): void {
    stopTyping();
    sender.stop();
  }
  return {
    type: () => {
      stopTyping = compose(options, field, sender.sent);
    },
    rest,
    leave: async () => {
      rest();
      pings.stop();
      leaving = true;
      socket.close(1000);
      await ended;
    },
  };
}

const Typing = z.object({ type: z.literal('typing'), data: z.object({ isTyping: z.boolean() }) });
const Frame = z.union([
  z.object({ type: z.literal('pong') }).transform(() => undefined),
  z.object({ error: z.object({ code: z.string() }) }).transform(({ error }) => error.code),
  // API Gateway's own.
  z.object({ message: z.string() }).transform(({ message }) => message),
]);

/** What a frame says went wrong, without what is another in each: a report counts them. */
function troubleOf(text: string): string | undefined {
  const frame = Frame.safeParse(parseJson(text));
  return frame.success ? frame.data : text;
}

/** The socket as the client sees it; what goes out is told. */
function seenBy(socket: WebSocket, onFrame: PersonOptions['onFrame']): SocketLike {
  const listeners = new Map<object, () => void>();
  return {
    get readyState() {
      return socket.readyState;
    },
    send: (data) => {
      const typing = Typing.safeParse(parseJson(data)).data;
      if (typing !== undefined) onFrame(typing.data.isTyping, Date.now());
      socket.send(data);
    },
    addEventListener: (name, listener) => {
      const call = (): void => {
        listener({});
      };
      listeners.set(listener, call);
      socket.on(name, call);
    },
    removeEventListener: (name, listener) => {
      const call = listeners.get(listener);
      if (call !== undefined) socket.off(name, call);
    },
  };
}

/** Composes one draft after the other, with a rest before each. @returns what ends it */
function compose({ index, people, seed, restMs }: PersonOptions, field: Field, sent: () => void): () => void {
  const random = makeRandom(seed, index);
  let timer: NodeJS.Timeout | undefined;
  let conversation = index;
  let drafts: Draft[] = [];
  function press(): void {
    field.press();
  }
  function begin(): void {
    const draft = drafts.shift();
    if (draft !== undefined) {
      write(draft);
      return;
    }
    drafts = makeConversation(generated, conversation, seed, {}).drafts;
    conversation += people;
    begin();
  }
  function write({ keys, end, how }: Draft): void {
    const steps = keys.map((at) => ({ at, act: press }));
    if (how === 'sent') steps.push({ at: end, act: sent });
    const [first = 0] = keys;
    const began = performance.now();
    const left = (at: number): number => at - first - (performance.now() - began);
    let next = 0;
    function step(): void {
      for (; left(steps[next]?.at ?? Infinity) <= 0; next += 1) steps[next]?.act();
      const due = steps[next]?.at;
      timer = due === undefined ? setTimeout(begin, random.exponential(restMs)) : setTimeout(step, left(due));
    }
    step();
  }
  timer = setTimeout(begin, random.exponential(restMs));
  return () => {
    clearTimeout(timer);
  };
}
