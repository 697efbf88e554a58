import { cutConnection, sentenceOf, setFault } from './calls.ts';
import { type Advice, endsConversation, type Fault, orgFaultOf, RECONNECT, recoveryOf } from './faults.ts';
import type { ErrorFrame } from './steps.ts';
import type { Handled } from './wire.ts';

/** What goes wrong by the reader's choice, and what is said of it. */
export interface Trouble {
  /** Lets go wrong what was chosen, and puts right what was before. Rejects with a sentence for the reader. */
  apply: () => Promise<void>;
  /** A key was typed that goes through the relay. */
  key: () => void;
  /** The client was told an error. */
  told: (error: ErrorFrame) => void;
  /** A function said what became of something of this page's. */
  handled: (handled: Handled) => void;
  /** Connects anew, with a new ticket. */
  reconnect: () => void;
  /** A new conversation begins, and nothing is wrong with it. */
  reset: () => void;
}

/** The conversation that something goes wrong with. */
export interface Troubled {
  readonly guest: { readonly conversationId: string };
  connect: (mismatched: boolean) => Promise<void>;
  connectionId: () => string | undefined;
  isClosed: () => boolean;
}

export interface TroublePorts {
  fault: () => Fault;
  /** Chooses a fault in the reader's place. */
  setFault: (fault: Fault) => void;
  conversation: () => Troubled | undefined;
  /** Begins a new one. */
  begin: () => void;
  /** Tells the reader something, or with no text nothing. */
  notice: (text?: string, about?: Advice) => void;
}

const CUT_AFTER_MS = 1_000;

export function makeTrouble(ports: TroublePorts): Trouble {
  /** Whether the connection was opened with a ticket that mixes ids up. */
  let isMismatched = false;

  /** Until the socket is cut. */
  let cutting: ReturnType<typeof setTimeout> | undefined;

  /** What is told now is an error of a frame, which the next frame may put right. */
  let isOfFrame = false;

  let choice = 0;
  let applied: Promise<unknown> = Promise.resolve();

  function notice(...about: Parameters<TroublePorts['notice']>): void {
    isOfFrame = false;
    ports.notice(...about);
  }
  function disarm(): void {
    clearTimeout(cutting);
    cutting = undefined;
  }
  async function put(conversation: Troubled): Promise<void> {
    const fault = ports.fault();
    await setFault(conversation.guest.conversationId, orgFaultOf(fault));
    if (conversation !== ports.conversation()) return;
    const wasMismatched = isMismatched;
    isMismatched = fault === 'mismatch';
    const isCutOff = fault === 'none' && conversation.isClosed();
    if (isMismatched || wasMismatched || isCutOff) await conversation.connect(isMismatched);
  }
  async function cut(conversation: Troubled): Promise<void> {
    const id = conversation.connectionId();
    const isCut = id !== undefined && (await cutConnection(id));
    if (conversation !== ports.conversation()) return;
    if (isCut) notice('The connection to the relay is lost.', { recovery: RECONNECT });
    else {
      disarm();
      notice('Nothing was cut: the page does not know which connection is its own.', {
        recovery: 'To see it: reconnect with None, choose Socket cut again, and type.',
      });
    }
  }

  return {
    apply() {
      const conversation = ports.conversation();
      if (conversation === undefined) return Promise.resolve();
      choice += 1;
      const mine = choice;
      disarm();
      notice();
      // One after the other, and only the last: two at once reach the org in any order.
      const turn = applied.then(() =>
        mine === choice && conversation === ports.conversation() ? put(conversation) : undefined,
      );
      applied = turn.catch(() => undefined);
      return turn;
    },
    key() {
      const conversation = ports.conversation();
      if (ports.fault() !== 'cut' || conversation === undefined) return;
      // So that the bubble is seen first.
      cutting ??= setTimeout(() => {
        cut(conversation).catch((error: unknown) => {
          disarm();
          notice(sentenceOf(error));
        });
      }, CUT_AFTER_MS);
    },
    told(error) {
      const recovery = recoveryOf(error, ports.fault());
      notice(error.message, { code: error.code, recovery, begins: endsConversation(error) });
      isOfFrame = true;
    },
    handled({ event, outcome }) {
      if (isOfFrame && event.startsWith('typing-') && outcome === 'forwarded') notice();
    },
    reconnect() {
      disarm();
      // What was cut is whole again.
      if (ports.fault() === 'cut') ports.setFault('none');
      notice();
      const conversation = ports.conversation();
      if (conversation === undefined) ports.begin();
      else void conversation.connect(isMismatched);
    },
    reset() {
      disarm();
      isMismatched = false;
      isOfFrame = false;
      ports.setFault('none');
    },
  };
}
