/** A moment on the monotonic clock. Its timer may come late (sleep, a throttled tab): `check` asks the clock. */
export interface Deadline {
  /** Moves it to so many milliseconds from now. */
  set: (ms: number) => void;
  clear: () => void;
  /** Calls `passed` at once if the moment is over. */
  check: () => void;
}

/** @param passed called once for each `set` that was neither moved nor cleared in time */
export function makeDeadline(passed: () => void): Deadline {
  let at = Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function clear(): void {
    clearTimeout(timer);
    at = Infinity;
  }
  function pass(): void {
    clear();
    passed();
  }

  return {
    set(ms) {
      clearTimeout(timer);
      at = performance.now() + ms;
      timer = setTimeout(pass, ms);
    },
    clear,
    check() {
      if (performance.now() >= at) pass();
    },
  };
}
