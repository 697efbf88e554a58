import { fileURLToPath } from 'node:url';
import { installLane } from '../../bench/lane.ts';

/** The lane's own folder, with a lock file and node_modules of its own. */
export const LANE = fileURLToPath(new URL('./', import.meta.url));

/** Installs what the lane's package.json pins. @throws LaneError */
export async function install(): Promise<void> {
  // Peers: serverless-offline asks for serverless 4, whose place osls takes.
  await installLane(LANE, ['--legacy-peer-deps']);
}
