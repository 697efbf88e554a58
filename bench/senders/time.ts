/** Virtual time for a thread in which nothing else needs timers: what is due runs as time is moved, in its order. */
export interface Time {
  now: () => number;
  setTimeout: (run: () => void, ms: number) => Timer;
  clearTimeout: (timer: Timer | undefined) => void;
  /** Runs what is due until then, and leaves the clock there. */
  moveTo: (at: number) => void;
  /** From the beginning, and nothing is due. */
  reset: () => void;
}

export interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/**
 * Synchronous, unlike the clock of bench/simulate: here each key is timed, and a promise for each would weigh more than
 * what is measured. A timer costs next to nothing here, less than a page's own: that favours who sets one at each key.
 */
export function makeTime(): Time {
  let now = 0;
  let due: Timer[] = [];

  function first(): Timer | undefined {
    let found: Timer | undefined;
    for (const timer of due) if (!found || timer.at < found.at) found = timer;
    return found;
  }
  function clearTimeout(timer: Timer | undefined): void {
    const index = timer ? due.indexOf(timer) : -1;
    if (index >= 0) due.splice(index, 1);
  }
  return {
    now: () => now,
    setTimeout(run, ms) {
      const timer = { at: now + ms, run };
      due.push(timer);
      return timer;
    },
    clearTimeout,
    moveTo(at) {
      for (let next = first(); next && next.at <= at; next = first()) {
        clearTimeout(next);
        now = next.at;
        next.run();
      }
      now = at;
    },
    reset() {
      now = 0;
      due = [];
    },
  };
}

/** Puts virtual time in the place of the globals that all senders use. @returns what puts the real ones back */
export function replaceGlobals({ setTimeout, clearTimeout, now }: Time): () => void {
  const replacements = { setTimeout, clearTimeout, performance: { now } };
  const real = Object.entries(replacements).map(([name, value]) => {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    return { name, before };
  });
  return () => {
    for (const { name, before } of real) if (before) Object.defineProperty(globalThis, name, before);
  };
}
