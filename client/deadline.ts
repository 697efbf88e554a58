/** A moment on the monotonic clock. Its timer may come late (sleep, a throttled tab): `check` asks the clock. */
export interface Deadline {
  /** Moves it to so many milliseconds from `now`, a time of the monotonic clock. */
  set: (ms: number, now?: number) => void;
  clear: () => void;
  /** Calls `passed` at once if the moment is over. */
  check: () => void;
}

/** @param passed called once for each `set` that was neither moved nor cleared in time */
export function makeDeadline(passed: () => void): Deadline {
  let at = Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer goes off; Infinity when there is none. */
  let looksAt = Infinity;

  function clear(): void {
    clearTimeout(timer);
    at = looksAt = Infinity;
  }
  function wake(ms: number): void {
    clearTimeout(timer);
    looksAt = at;
    timer = setTimeout(look, ms);
  }
  function look(): void {
    check();
    if (at < Infinity) wake(at - performance.now());
  }
  function check(): void {
    if (performance.now() < at) return;
    clear();
    passed();
  }

  return {
    set(ms, now = performance.now()) {
      at = now + ms;
      // Most keys only move it on: the timer that is there finds it moved, which is cheaper than a new one for each.
      if (at < looksAt) wake(ms);
    },
    clear,
    check,
  };
}
