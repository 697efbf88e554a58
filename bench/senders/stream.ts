import type { Logic } from './logic.ts';

/** "typing.start" at most this often; stopped at the first look after so long without a key; and how often it looks. */
export const START_EVERY_MS = 2_000;
export const STOP_AFTER_MS = 1_000;
export const CLEAN_EVERY_MS = 500;

const ignore = (): void => undefined;

/**
 * Stream's sender, written anew from its documented behaviour
 * (https://getstream.io/chat/docs/javascript/typing_indicators/, `keystroke`, `stopTyping` and `clean` of
 * GetStream/stream-chat-js): `keystroke()` is asynchronous, notes the time and says "typing.start" when the last is more
 * than 2 s ago; `stopTyping()` says "typing.stop"; a look every 500 ms says it, too, when the last key is more than a
 * second ago. Theirs looks for as long as there is a client; this one only while somebody types, in its favour.
 */
export function streamLogic(say: (isTyping: boolean) => void): Logic {
  let lastStart: number | undefined;
  let lastKey = 0;
  let isTyping = false;
  let cleaning: ReturnType<typeof setTimeout> | undefined;

  /** Theirs is a request. */
  function send(isTypingNow: boolean): Promise<void> {
    say(isTypingNow);
    return Promise.resolve();
  }
  async function keystroke(): Promise<void> {
    const now = performance.now();
    lastKey = now;
    if (!isTyping) cleaning = setTimeout(clean, CLEAN_EVERY_MS);
    isTyping = true;
    if (lastStart === undefined || now - lastStart > START_EVERY_MS) {
      lastStart = now;
      await send(true);
    }
  }
  async function stopTyping(): Promise<void> {
    clearTimeout(cleaning);
    lastStart = undefined;
    isTyping = false;
    await send(false);
  }
  function clean(): void {
    if (performance.now() - lastKey > STOP_AFTER_MS) stopTyping().catch(ignore);
    else cleaning = setTimeout(clean, CLEAN_EVERY_MS);
  }
  return {
    key() {
      keystroke().catch(ignore);
    },
    end() {
      stopTyping().catch(ignore);
    },
  };
}
