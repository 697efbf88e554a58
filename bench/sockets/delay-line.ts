/** Does each thing a while after it was handed in, in the order of the handing in. */
export interface DelayLine {
  /** @param laterMs on top of the line's own delay */
  add: (run: () => void, laterMs?: number) => void;
  /** Whether nothing is under way. */
  isEmpty: () => boolean;
}

/** @param onEmpty told whenever the last thing was done */
export function makeDelayLine(ms: number, onEmpty: () => void = () => undefined): DelayLine {
  const waiting: { due: number; run: () => void }[] = [];

  function runDue(): void {
    for (let next = waiting[0]; next; next = waiting[0]) {
      const left = next.due - performance.now();
      if (left > 0) {
        // Whole milliseconds, and never too early.
        setTimeout(runDue, Math.ceil(left));
        return;
      }
      waiting.shift();
      next.run();
    }
    onEmpty();
  }

  return {
    add(run, laterMs = 0) {
      // What came first goes first, also where it was to wait for longer.
      const due = Math.max(performance.now() + ms + laterMs, waiting.at(-1)?.due ?? 0);
      waiting.push({ due, run });
      if (waiting.length === 1) setTimeout(runDue, Math.ceil(due - performance.now()));
    },
    isEmpty: () => waiting.length === 0,
  };
}
