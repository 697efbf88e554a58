import type { After } from './timers.ts';

export interface HandTimers {
  after: After;
  /** How long each one that is under way was set for, in milliseconds, the oldest first. */
  waiting(): number[];
  /** Ends the oldest one. */
  fire(): void;
}

/** For tests: timers that end when the test says so. */
export function makeHandTimers(): HandTimers {
  const timers: { ms: number; end: () => void }[] = [];
  return {
    after(ms, end) {
      const timer = { ms, end };
      timers.push(timer);
      return () => {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1);
      };
    },
    waiting: () => timers.map(({ ms }) => ms),
    fire() {
      timers.shift()?.end();
    },
  };
}
