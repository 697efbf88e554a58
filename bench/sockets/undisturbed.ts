/** The sockets of a run were not those that it stands for. */
export class WayError extends Error {
  override readonly name = 'WayError';
}

const TRIES = 3;

/** Runs that are made again where the machine disturbed them, and how many that were. */
export interface Undisturbed {
  /** @throws WayError when making it again does not help: then it is not the machine */
  run: <T>(run: () => Promise<T>) => Promise<T>;
  /** Runs so far that count, and those that do not and were made again. */
  counts: () => { runs: number; again: number };
}

/** Says of a run that it is made again, and why. */
export const sayAgain =
  (say: (text: string) => void) =>
  ({ message }: WayError): void => {
    say(`sockets: made again: ${message}`);
  };

/**
 * A machine that stands still for half a second makes the relay take a socket for dead, and rightly: such a run says
 * nothing of how fast the relay is or what it loses.
 * @param told of each run that is made again
 */
export function makeUndisturbed(told: (error: WayError) => void): Undisturbed {
  let runs = 0;
  let again = 0;
  return {
    async run(run) {
      for (let left = TRIES - 1; ; left -= 1)
        try {
          const result = await run();
          runs += 1;
          return result;
        } catch (error) {
          if (!(error instanceof WayError) || left === 0) throw error;
          again += 1;
          told(error);
        }
    },
    counts: () => ({ runs, again }),
  };
}
