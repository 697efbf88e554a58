import { openSocket } from '../../functions/ports/open-socket.ts';
import { RelayError } from '../../functions/relay/errors.ts';
import type { DoctorPorts } from './ports.ts';

/** Opens a socket as the relay would, says nothing on it, and closes it. */

/** `status`: refused with it. `failed`: no answer, for a reason. */
export type Upgrade = { is: 'accepted' } | { is: 'refused'; status: number } | { is: 'failed'; why: string };

/** How long a socket may take to close before it is cut. */
const CLOSE_MS = 500;

export async function tryUpgrade(
  target: { url: string; origin?: string | undefined },
  { limitMs }: Pick<DoctorPorts, 'limitMs'>,
): Promise<Upgrade> {
  let status: number | undefined;
  const refused = (its: number): RelayError => {
    status = its;
    return new RelayError('upstream_rejected', `refused with ${its}`);
  };
  try {
    const socket = await openSocket({ ...target, refused }, limitMs);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_MS);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.close(1000);
    });
    socket.terminate();
    return { is: 'accepted' };
  } catch (error) {
    if (status !== undefined) return { is: 'refused', status };
    const cause = error instanceof Error ? error.cause : undefined;
    return { is: 'failed', why: cause instanceof Error ? cause.message : 'no answer' };
  }
}
