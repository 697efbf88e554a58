import type { Logic } from './logic.ts';

/** What a server of Zulip's tells its clients unless it is set otherwise: 30 s, 12 s (zproject/default_settings.py). */
export const STARTED_WAIT_MS = 30_000;
export const STOPPED_WAIT_MS = 12_000;

/** The users that a direct message goes to. */
type Recipient = readonly number[];

const isSame = (one: Recipient, other: Recipient): boolean =>
  one.length === other.length && one.every((id, index) => id === other[index]);

/**
 * Zulip's sender, written anew from its documented behaviour
 * (https://zulip.readthedocs.io/en/latest/subsystems/typing-indicators.html, `typing_status` of zulip/zulip's
 * web/shared): "start" at the first key for a recipient, again at a key more than 30 s after the last; an idle timer
 * that each key sets anew says "stop" after 12 s; "stop" when composing ends or goes to another recipient. What it has
 * of other recipients and of edited messages is left out, but for the look at each key whether the recipient is the same.
 */
export function zulipLogic(say: (isTyping: boolean) => void): Logic {
  const recipient: Recipient = [17];
  let state:
    { recipient: Recipient; nextStartAfter: number; idle: ReturnType<typeof setTimeout> } | undefined;

  function stop(): void {
    if (!state) return;
    clearTimeout(state.idle);
    state = undefined;
    say(false);
  }
  return {
    key() {
      const now = performance.now();
      if (state && isSame(recipient, state.recipient)) {
        if (now > state.nextStartAfter) {
          say(true);
          state.nextStartAfter = now + STARTED_WAIT_MS;
        }
        clearTimeout(state.idle);
        state.idle = setTimeout(stop, STOPPED_WAIT_MS);
        return;
      }
      stop();
      state = {
        recipient,
        nextStartAfter: now + STARTED_WAIT_MS,
        idle: setTimeout(stop, STOPPED_WAIT_MS),
      };
      say(true);
    },
    end: stop,
  };
}
