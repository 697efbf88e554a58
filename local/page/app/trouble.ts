import { cutConnection, sentenceOf, setFault } from './calls.ts';
import type { Choices } from './choices.ts';
import type { Conversation } from './conversation.ts';
import { orgFaultOf, recoveryOf } from './faults.ts';
import type { RelayEnd } from './relay-end.ts';
import type { ErrorFrame } from './steps.ts';

/** What goes wrong by the reader's choice, and what is said of it. */
export interface Trouble {
  /** Lets go wrong what was chosen, and puts right what was before. Rejects with a sentence for the reader. */
  apply: () => Promise<void>;
  /** A key was typed that goes through the relay. */
  key: () => void;
  /** The client was told an error. */
  told: (error: ErrorFrame) => void;
  /** Connects anew, with a new ticket. */
  reconnect: () => void;
  /** A new conversation begins, and nothing is wrong with it. */
  reset: () => void;
}

const CUT_AFTER_MS = 1_000;

export function makeTrouble(
  choices: Choices,
  now: { conversation: () => Conversation | undefined; end: () => RelayEnd },
): Trouble {
  /** Whether the connection was opened with a ticket that mixes ids up. */
  let isMismatched = false;

  /** Until the socket is cut. */
  let cutting: ReturnType<typeof setTimeout> | undefined;

  function disarm(): void {
    clearTimeout(cutting);
    cutting = undefined;
  }
  async function cut(): Promise<void> {
    const id = now.conversation()?.connectionId();
    if (id === undefined) return;
    await cutConnection(id);
    const recovery = 'To recover: get a new ticket and connect again.';
    now.end().notice('The connection to the relay is lost.', { recovery });
  }

  return {
    async apply() {
      const conversation = now.conversation();
      if (conversation === undefined) return;
      const fault = choices.fault();
      disarm();
      const wasMismatched = isMismatched;
      isMismatched = fault === 'mismatch';
      now.end().notice();
      await setFault(conversation.guest.conversationId, orgFaultOf(fault));
      if (isMismatched || wasMismatched) await conversation.connect(isMismatched);
    },
    key() {
      if (choices.fault() !== 'cut') return;
      // So that the bubble is seen first.
      cutting ??= setTimeout(() => {
        cut().catch((error: unknown) => {
          now.end().notice(sentenceOf(error));
        });
      }, CUT_AFTER_MS);
    },
    told(error) {
      const { code, message } = error;
      now.end().notice(message, { code, recovery: recoveryOf(error, choices.fault()) });
    },
    reconnect() {
      disarm();
      // What was cut is whole again.
      if (choices.fault() === 'cut') choices.setFault('none');
      now.end().notice();
      void now.conversation()?.connect(isMismatched);
    },
    reset() {
      disarm();
      isMismatched = false;
      choices.setFault('none');
    },
  };
}
