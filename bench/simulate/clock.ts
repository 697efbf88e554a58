/**
 * Virtual time. Few things are pending for one guest, so they are a list in order of time, searched from the end that
 * seems nearer.
 */
export interface Clock {
  /** Milliseconds since the conversation began. */
  now: () => number;
  /** @param starts what is run starts asynchronous work, which has to come to rest before time goes on */
  at: (time: number, run: () => void, starts?: boolean) => Pending;
  cancel: (pending: Pending) => void;
  /** When the next thing is due; Infinity when there is none. */
  nextAt: () => number;
  /** Runs whatever is due until then, and leaves the clock there. */
  runUntil: (time: number) => Promise<void>;
  /** As {@link Clock.runUntil} when nothing is due by then. */
  skipTo: (time: number) => void;
}

export interface Pending {
  readonly time: number;
  readonly run: () => void;
  readonly starts: boolean;
  before: Pending | undefined;
  after: Pending | undefined;
  due: boolean;
}

/** Resolves when all promises that can go on have gone on. */
const atRest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function makeClock(): Clock {
  let now = 0;
  let first: Pending | undefined;
  let last: Pending | undefined;

  function remove(pending: Pending): void {
    const { before, after } = pending;
    if (before) before.after = after;
    else first = after;
    if (after) after.before = before;
    else last = before;
    pending.due = false;
  }
  /** What comes just before that time. Of the same moment: in the order in which they were asked for. */
  function placeOf(time: number): Pending | undefined {
    // With many guests in one clock there is much to come.
    if (last && time - now < last.time - time) {
      let before: Pending | undefined;
      for (let next = first; next && next.time <= time; next = next.after) before = next;
      return before;
    }
    let before = last;
    while (before && before.time > time) before = before.before;
    return before;
  }
  return {
    now: () => now,
    at(time, run, starts = false) {
      const before = placeOf(time);
      const after = before ? before.after : first;
      const pending: Pending = { time: Math.max(time, now), run, starts, before, after, due: true };
      if (before) before.after = pending;
      else first = pending;
      if (after) after.before = pending;
      else last = pending;
      return pending;
    },
    cancel(pending) {
      if (pending.due) remove(pending);
    },
    nextAt: () => (first ? first.time : Infinity),
    async runUntil(time) {
      while (first && first.time <= time) {
        const next = first;
        remove(next);
        now = next.time;
        next.run();
        if (next.starts) await atRest();
      }
      now = time;
    },
    skipTo(time) {
      now = time;
    },
  };
}

/** The clock whose time the client's timers run by. */
let current: Clock | undefined;
let timers = new Set<Pending>();

/** The browser's process ends: no timer of the client's goes off any more. */
export function killTimers(): void {
  for (const timer of timers) current?.cancel(timer);
  timers.clear();
}

/** From here on the client lives in this clock's time. */
export function enter(clock: Clock): void {
  current = clock;
  timers = new Set();
}

function setVirtualTimeout(run: () => void, ms: number): Pending | undefined {
  if (!current) return undefined;
  const timer = current.at(current.now() + ms, () => {
    timers.delete(timer);
    run();
  });
  timers.add(timer);
  return timer;
}

function clearVirtualTimeout(timer: Pending | undefined): void {
  if (timer === undefined) return;
  current?.cancel(timer);
  timers.delete(timer);
}

/**
 * Puts virtual time in the place of the globals that the client uses. Only for a thread in which nothing else needs
 * them meanwhile.
 * @returns what puts the real ones back
 */
export function replaceTimers(): () => void {
  const replacements = {
    setTimeout: setVirtualTimeout,
    clearTimeout: clearVirtualTimeout,
    performance: { now: () => current?.now() ?? 0 },
  };
  const real = Object.entries(replacements).map(([name, value]) => {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    return { name, before };
  });
  return () => {
    for (const { name, before } of real) if (before) Object.defineProperty(globalThis, name, before);
    current = undefined;
  };
}
