import { typingSender } from '../../client/sender.ts';
import type { SocketLike } from '../../client/shapes.ts';
import { Field, PAGE } from '../simulate/browser.ts';
import type { Conversation } from '../simulate/guest.ts';
import type { MakeLogic, Said } from './logic.ts';
import { streamLogic } from './stream.ts';
import type { Time } from './time.ts';
import { zulipLogic } from './zulip.ts';

/** What follows a field and speaks over a socket. */
interface Sender {
  sent: () => void;
  stop: () => void;
}
type MakeSender = (socket: SocketLike, field: Field) => Sender;

/** The far end of the page: open, and it counts what is sent. */
class CountingSocket implements SocketLike {
  readonly readyState = 1;
  frames = 0;
  bytes = 0;

  send(data: string): void {
    this.frames += 1;
    this.bytes += data.length;
  }
  addEventListener(): void {
    // It does not close.
  }
  removeEventListener(): void {
    // As above.
  }
}

/** Binds another system's logic to a field as ours is bound: a draft of blanks alone is none. */
const bound =
  (make: MakeLogic, write: (isTyping: boolean) => unknown): MakeSender =>
  (socket, field) => {
    const logic = make((isTyping) => {
      if (socket.readyState === 1) socket.send(JSON.stringify(write(isTyping)));
    });
    function onInput(): void {
      if (field.value.trim()) logic.key();
      else logic.end();
    }
    field.addEventListener('input', onInput);
    return {
      sent: logic.end,
      stop() {
        field.removeEventListener('input', onInput);
      },
    };
  };

/** Who takes part; `nobody` looks at the field and says nothing: what the bench itself costs. */
export const SENDERS = {
  ours: (socket, field) => typingSender(socket, field, { page: PAGE }),
  Zulip: bound(zulipLogic, (isTyping) => ({ type: 'direct', to: '[17]', op: isTyping ? 'start' : 'stop' })),
  Stream: bound(streamLogic, (isTyping) => ({ event: { type: isTyping ? 'typing.start' : 'typing.stop' } })),
  nobody: bound(
    () => ({ key: () => undefined, end: () => undefined }),
    () => ({}),
  ),
} satisfies Record<string, MakeSender>;
export type SenderName = keyof typeof SENDERS;

export interface Played {
  keys: number;
  frames: number;
  bytes: number;
}

/** Plays a conversation through a sender, from the beginning of time to its end, and lets the sender go. */
export function playKeys(
  name: SenderName,
  { drafts, end }: Conversation,
  time: Time,
  socket = new CountingSocket(),
): Played {
  time.reset();
  const field = new Field();
  const sender = SENDERS[name](socket, field);
  let keys = 0;
  for (const draft of drafts) {
    for (const at of draft.keys) {
      time.moveTo(at);
      field.press();
      keys += 1;
    }
    time.moveTo(draft.end);
    if (draft.how === 'sent') sender.sent();
  }
  time.moveTo(end);
  sender.stop();
  return { keys, frames: socket.frames, bytes: socket.bytes };
}

/** What a sender says in a conversation. */
export function framesOf(name: SenderName, conversation: Conversation, time: Time): Said[] {
  const said: Said[] = [];
  class Listening extends CountingSocket {
    override send(data: string): void {
      super.send(data);
      said.push({ at: time.now(), isTyping: /true|start/.test(data) });
    }
  }
  playKeys(name, conversation, time, new Listening());
  return said;
}
