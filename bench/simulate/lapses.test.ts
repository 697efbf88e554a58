import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CLIENT_GAP_MS } from '../../client/constants.ts';
import { typingSender } from '../../client/sender.ts';
import { decide, type TypingState } from '../../functions/relay/typing.ts';
import { epoch } from './aws.ts';
import { Field, PAGE, Socket } from './browser.ts';
import { type Clock, enter, makeClock, replaceTimers } from './clock.ts';

/** The generator's guests rest for five seconds at least. Here they do not: the real client's option, and the relay's decision. */

let putBack: () => void;
beforeEach(() => {
  putBack = replaceTimers();
});
afterEach(() => {
  putBack();
});

/** A socket whose other end decides as the relay does before an upstream that knows no off. */
function relaySocket(clock: Clock) {
  let state: TypingState | undefined;
  let saidAt = -Infinity;
  let sentAt = -Infinity;
  const socket = new Socket('connection', (body, connectionId) => {
    const isTyping = body.includes('true');
    const { send, next } = decide(
      state,
      { isTyping, connectionId, connectedAt: 0, at: epoch(clock.now()) },
      'expiring',
    );
    state = next ?? state;
    if (isTyping) saidAt = clock.now();
    if (send === 'on') sentAt = clock.now();
  });
  return {
    socket,
    /** When an on was said last. */
    saidAt: () => saidAt,
    /** When one was sent upstream last. */
    sentAt: () => sentAt,
  };
}

const gap = fc.integer({ min: 1, max: 7_000 });
const drafts = fc.array(fc.record({ rest: gap, gaps: fc.array(gap, { maxLength: 6 }) }), { maxLength: 12 });

it('each draft goes upstream by its second key, once the gap between two ons is over', () => {
  fc.assert(
    fc.property(drafts, (script) => {
      const clock = makeClock();
      enter(clock);
      const field = new Field();
      const { socket, saidAt, sentAt } = relaySocket(clock);
      const typing = typingSender(socket, field, { page: PAGE, lapses: true });
      for (const { rest, gaps } of script) {
        clock.skipTo(clock.now() + rest);
        const beganAt = clock.now();
        field.press();
        for (const pause of gaps) {
          clock.skipTo(clock.now() + pause);
          field.press();
          const hasToWait = clock.now() - saidAt() < CLIENT_GAP_MS;
          if (!hasToWait) expect(sentAt()).toBeGreaterThanOrEqual(beganAt);
        }
        field.value = '';
        typing.sent();
      }
    }),
    { numRuns: 1_000 },
  );
});
