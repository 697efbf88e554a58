import { count } from './format.ts';

/** Where progress is told: standard error, in practice. */
export interface Screen {
  isTTY?: boolean | undefined;
  write: (text: string) => unknown;
}

export interface Progress {
  add: (more: number) => void;
  /** @returns seconds since the beginning */
  end: () => number;
}

const BAR = 30;
const REDRAWN_EVERY_MS = 200;

/**
 * A bar on a terminal, ten plain lines elsewhere.
 * @param now milliseconds, monotonic
 * @param what is counted
 */
export function makeProgress(screen: Screen, total: number, now: () => number, what = 'messages'): Progress {
  const begun = now();
  let done = 0;
  let drawnAt = -Infinity;
  let tenths = 0;

  const secondsLeft = (): number => (((now() - begun) / Math.max(1, done)) * (total - done)) / 1_000;

  function draw(): void {
    const part = Math.min(1, done / total);
    const bar = '█'.repeat(Math.round(part * BAR)).padEnd(BAR, '░');
    const left = `${Math.max(0, Math.ceil(secondsLeft()))} s left`;
    screen.write(`\r${bar} ${Math.floor(part * 100)} %  ${left}  \u001b[K`);
  }
  return {
    add(more) {
      done += more;
      if (screen.isTTY) {
        if (now() - drawnAt < REDRAWN_EVERY_MS) return;
        drawnAt = now();
        draw();
      } else if (Math.floor((done / total) * 10) > tenths) {
        tenths = Math.floor((done / total) * 10);
        screen.write(
          `${tenths * 10} %: ${count(done)} ${what}, ${Math.ceil(Math.max(0, secondsLeft()))} s left\n`,
        );
      }
    },
    end() {
      if (screen.isTTY) screen.write('\r\u001b[K');
      return (now() - begun) / 1_000;
    },
  };
}
