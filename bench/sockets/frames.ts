import type { Call } from './messages.ts';

/** What is sent, and what has to have come of it. */

/** Typing frames that can be told apart. */
export const framesOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ type: 'typing', data: { isTyping: index % 2 === 0 }, id: `${name}-${index}` }),
  );

/** What became of frames. */
export interface Receipt {
  /** Those that never came. */
  lost: number;
  /** Those that came once more, right after themselves: what is said twice says nothing new. */
  repeats: number;
}

/** @throws Error when a frame came that was not sent, or came out of turn: then two sides did not do the same */
export function receiptOf(who: string, sent: readonly string[], received: readonly string[]): Receipt {
  let next = 0;
  let repeats = 0;
  for (const text of received) {
    if (next > 0 && text === sent[next - 1]) {
      repeats += 1;
      continue;
    }
    const at = sent.indexOf(text, next);
    if (at === -1) throw new Error(`${who}: ${text} arrived and was not its turn. Sent: ${sent.join(' ')}`);
    next = at + 1;
  }
  return { lost: sent.length - (received.length - repeats), repeats };
}

/** @throws Error of the first call that failed, whether or not its frame came */
export function assertDone(who: string, calls: readonly Pick<Call, 'text' | 'error'>[]): void {
  const failed = calls.find(({ error }) => error !== undefined);
  if (failed) throw new Error(`${who}: ${failed.text} failed: ${failed.error ?? ''}`);
}

/** @throws Error that names the first frame that differs */
export function assertSame(who: string, sent: readonly string[], received: readonly string[]): void {
  for (let index = 0; index < Math.max(sent.length, received.length); index += 1)
    if (sent[index] !== received[index])
      throw new Error(
        `${who}: frame ${index} was ${sent[index] ?? 'not sent'}, and the far side has ${received[index] ?? 'none'}`,
      );
}
