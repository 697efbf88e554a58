import { RelayError } from '../../functions/relay/errors.ts';
import type { UpstreamPort } from '../../functions/relay/delivery.ts';
import { openSession } from '../../functions/upstreams/index.ts';
import type { Candidate } from './candidates.ts';

/** Shows a bubble, as the relay would, and ends it where the far side holds it. */

export type Sent = ({ is: 'taken' } | { is: 'refused'; error: unknown }) & {
  /** Whether an off is owed that did not get through. */
  mayStillShow: boolean;
};

/** How long a bubble is held, or watched. */
export const SHOW_MS = 5_000;

/** An off that did not get through is said once more. */
const OFF_ATTEMPTS = 2;

export interface SendPorts {
  send: UpstreamPort['send'];
  now: () => number;
  limitMs: number;
  /** Resolves after so many milliseconds, or at once when somebody ends the run. */
  hold: (ms: number) => Promise<void>;
  tell: (text: string) => void;
}

/** Never rejects. @returns undefined where its ids are not all there */
export async function showBubble(candidate: Candidate, ports: SendPorts): Promise<Sent | undefined> {
  if (candidate.session === undefined) return undefined;
  const { now, limitMs, hold, tell } = ports;
  const session = openSession(candidate.session, () => true);
  const held = session.timing === 'held';
  const say = async (isTyping: boolean): Promise<void> => {
    const message = session.message(isTyping, now());
    if (message) await ports.send(message, now() + limitMs);
  };

  try {
    await say(true);
  } catch (error) {
    // Nobody knows whether an on without an answer shows; one that was refused does not.
    const owed = held && isUnclear(error);
    return { is: 'refused', error, mayStillShow: owed && !(await end(say)) };
  }
  const { where, what } = candidate.sight;
  tell(`${candidate.kind}: look at ${where} now. For about ${SHOW_MS / 1000} seconds it shows that ${what}.`);
  await hold(SHOW_MS);
  return { is: 'taken', mayStillShow: held && !(await end(say)) };
}

const isUnclear = (error: unknown): boolean =>
  !(error instanceof RelayError) || error.code === 'upstream_unavailable';

/** @returns whether it got through */
async function end(say: (isTyping: boolean) => Promise<void>): Promise<boolean> {
  for (let attempt = 1; attempt <= OFF_ATTEMPTS; attempt++) {
    const through = await say(false).then(
      () => true,
      () => false,
    );
    if (through) return true;
  }
  return false;
}
