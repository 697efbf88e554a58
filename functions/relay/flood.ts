import { FLOOD_TELL_AGAIN_MS, FRAMES_MAX, FRAMES_WINDOW_MS, STATE_LIFE_S } from './constants.ts';
import { describe, RelayError } from './errors.ts';
import { toErrorFrame } from './protocol.ts';
import type { ServerFrame } from './server-frames.ts';

/**
 * API Gateway has no limit for one connection, so a flood is met here. Marks of a connection's frames lie where every
 * environment sees them; a calm typing frame leaves none, so a guest's client that is used as it should be costs nothing.
 */

/** A frame that is counted: whose, when API Gateway had it (epoch milliseconds), and an id that no other has. */
export interface CountedFrame {
  connectionId: string;
  requestId: string;
  receivedAt: number;
}

/** @throws Error from each operation when it cannot be reached */
export interface FrameLog {
  /** Adds marks, kept until `expiresAt` (epoch seconds). @returns all there are; undefined once the flood was told */
  add: (connectionId: string, marks: string[], expiresAt: number) => Promise<string[] | undefined>;
  /** Takes away marks that are too old to count. */
  remove: (connectionId: string, marks: string[]) => Promise<void>;
  /** Notes that the flood is told at `at`. @returns false to all but one, until nobody has told it after `since` */
  claim: (connectionId: string, at: number, since: number) => Promise<boolean>;
}

export interface FloodPorts {
  frames: FrameLog;
  warn: (code: string, fields: Record<string, unknown>) => void;
}

/** `last` is what the client is told before its connection is closed: one of its frames gets it, the others nothing. */
export type Verdict = { flood: false } | { flood: true; last?: ServerFrame };

/**
 * Counts a frame, and says when its connection sent too many. Never throws: what cannot be counted passes.
 * @param after the time of an earlier frame of this connection, which may not have been counted
 */
export type FloodGuard = (frame: CountedFrame, after?: number) => Promise<Verdict>;

export function makeFloodGuard({ frames, warn }: FloodPorts): FloodGuard {
  async function judge(
    { connectionId, requestId, receivedAt }: CountedFrame,
    after?: number,
  ): Promise<Verdict> {
    const mine = [markOf(receivedAt, requestId), ...(after === undefined ? [] : [markOf(after)])];
    const marks = await frames.add(connectionId, mine, Math.ceil(receivedAt / 1000) + STATE_LIFE_S);
    if (!marks || isFlood(timesOf(marks))) {
      const since = receivedAt - FLOOD_TELL_AGAIN_MS;
      if (!(await frames.claim(connectionId, receivedAt, since))) return { flood: true };
      warn('too_many_frames', { requestId, connectionId });
      return { flood: true, last: toErrorFrame(tooMany(), requestId, undefined) };
    }
    const old = marks.filter((mark) => timeOf(mark) <= receivedAt - 2 * FRAMES_WINDOW_MS);
    if (old.length > FRAMES_MAX) await frames.remove(connectionId, old);
    return { flood: false };
  }

  return (frame, after) =>
    judge(frame, after).catch((error: unknown) => {
      warn('frames_not_counted', { requestId: frame.requestId, cause: describe(error) });
      return { flood: false };
    });
}

/** Whether more frames than may be came within one window, wherever it lies: frames are counted in any order. */
function isFlood(times: number[]): boolean {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted.some((time, index) => time - (sorted[index - FRAMES_MAX] ?? -Infinity) < FRAMES_WINDOW_MS);
}

/** `time/id`; a frame of which only the time is known has no id. */
const markOf = (at: number, id = ''): string => `${at}/${id}`;
const timeOf = (mark: string): number => Number(mark.slice(0, mark.indexOf('/')));

/** The times of the frames that marks stand for: one without an id may be that of a frame which was counted as well. */
function timesOf(marks: string[]): number[] {
  const counted = new Set(marks.filter((mark) => !mark.endsWith('/')).map(timeOf));
  return marks.filter((mark) => !mark.endsWith('/') || !counted.has(timeOf(mark))).map(timeOf);
}

const tooMany = (): RelayError =>
  new RelayError(
    'too_many_frames',
    `More than ${FRAMES_MAX} frames came within ${FRAMES_WINDOW_MS / 1000} seconds: this connection is closed. Send ` +
      '"on" when typing begins and every 5 seconds while it goes on, not at every key; connect again with a new ticket.',
  );
