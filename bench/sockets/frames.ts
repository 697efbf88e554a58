/** What is sent, and what has to have come of it. */

/** Typing frames that can be told apart. */
export const framesOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ type: 'typing', data: { isTyping: index % 2 === 0 }, id: `${name}-${index}` }),
  );

/**
 * How many frames never came.
 * @throws Error when one came that was not sent, or twice, or out of turn: then two sides did not do the same
 */
export function lostOf(who: string, sent: readonly string[], received: readonly string[]): number {
  let next = 0;
  for (const text of received) {
    const at = sent.indexOf(text, next);
    if (at === -1) throw new Error(`${who}: ${text} arrived and was not its turn. Sent: ${sent.join(' ')}`);
    next = at + 1;
  }
  return sent.length - received.length;
}

/** @throws Error that names the first frame that differs */
export function assertSame(who: string, sent: readonly string[], received: readonly string[]): void {
  for (let index = 0; index < Math.max(sent.length, received.length); index += 1)
    if (sent[index] !== received[index])
      throw new Error(
        `${who}: frame ${index} was ${sent[index] ?? 'not sent'}, and the far side has ${received[index] ?? 'none'}`,
      );
}
