/** Calls `end` after so many milliseconds; answers the function that keeps it from doing so. */
export type After = (ms: number, end: () => void) => () => void;

/** The longest that a timer of Node.js can wait; one that is to wait longer would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Timers that end with the org and keep no process alive. */
export function makeTimers(closing: AbortSignal): After {
  const timers = new Set<NodeJS.Timeout>();
  closing.addEventListener('abort', () => {
    timers.forEach(clearTimeout);
  });
  return (ms, end) => {
    const stop = (): void => {
      clearTimeout(timer);
      timers.delete(timer);
    };
    const fire = (): void => {
      timers.delete(timer);
      end();
    };
    const timer = setTimeout(fire, Math.min(ms, LONGEST_MS)).unref();
    timers.add(timer);
    return stop;
  };
}
