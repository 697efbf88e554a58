import {
  CLOCK_STEP_MS,
  EXPIRY_MS,
  HASTY_MS,
  MIN_GAP_MS,
  REFRESH_MS,
  STATE_LIFE_S,
  UPSTREAM_DEADLINE_MS,
} from '../../../functions/relay/constants.ts';
import type { State, Table, Update } from './table.ts';

/** One decision for each frame, made and kept by one conditional write, in the way that the relay makes it. */

export interface Typed {
  isTyping: boolean;
  connectionId: string;
  connectedAt: number;
  /** API Gateway's time. */
  at: number;
}

export interface Decision {
  outcome: 'forwarded' | 'coalesced' | 'stale' | 'ignored' | 'ended';
  send?: 'on' | 'off';
  /** An "on" that prolongs what still shows. */
  refresh?: boolean;
  /** The time of the "on" that an "off" ends. */
  ends?: number;
  /** The frame came sooner than a guest's client would send it, or changed nothing. */
  hasty: boolean;
}

const LIVE = '(attribute_not_exists(endedAt) OR endedAt < :connectedAt)';
const IN_ORDER = '(attribute_not_exists(#at) OR #at <= :at OR #at > :future)';
const ALLOWED = '(attribute_not_exists(quietUntil) OR quietUntil <= :at)';
const SPACED = '(attribute_not_exists(lastOnAt) OR lastOnAt <= :gapAgo OR lastOnAt > :future)';
const SHOWS = 'attribute_exists(shownAt)';
const HIDES = 'attribute_not_exists(shownAt)';

const base = ({ at, connectionId, connectedAt }: Typed) => ({
  ':at': at,
  ':by': connectionId,
  ':connectedAt': connectedAt,
  ':future': at + CLOCK_STEP_MS,
  ':zero': 0,
  ':expiresAt': Math.ceil(at / 1_000) + STATE_LIFE_S,
});

const heldOn = (typed: Typed): Update => ({
  update:
    'SET #at = :at, #by = :by, shownAt = if_not_exists(shownAt, :at), lastOnAt = if_not_exists(lastOnAt, :zero), ' +
    'owed = :yes, expiresAt = :expiresAt REMOVE endedAt, offAt',
  condition: `${LIVE} AND ${IN_ORDER} AND (${SHOWS} OR (${ALLOWED} AND ${SPACED}))`,
  values: { ...base(typed), ':yes': true, ':gapAgo': typed.at - MIN_GAP_MS },
});

const expiringOn = (typed: Typed): Update => ({
  update:
    'SET #at = :at, #by = :by, shownAt = :at, lastOnAt = if_not_exists(lastOnAt, :zero), expiresAt = :expiresAt ' +
    'REMOVE endedAt, offAt',
  condition:
    `${LIVE} AND ${IN_ORDER} AND ${ALLOWED} AND ` +
    `((${SHOWS} AND (shownAt <= :refreshAgo OR shownAt > :future)) OR (${HIDES} AND ${SPACED}))`,
  values: { ...base(typed), ':gapAgo': typed.at - MIN_GAP_MS, ':refreshAgo': typed.at - REFRESH_MS },
});

const off = (typed: Typed): Update => ({
  update:
    'SET #at = :at, #by = :by, lastOnAt = if_not_exists(shownAt, if_not_exists(lastOnAt, :zero)), ' +
    'expiresAt = :expiresAt, offAt = :at REMOVE shownAt, endedAt',
  condition:
    `${LIVE} AND ${IN_ORDER} AND (${SHOWS} OR attribute_not_exists(offAt) OR offAt <= :offAgo OR offAt > :future) ` +
    `AND (#by = :by OR (${HIDES} AND attribute_not_exists(owed)))`,
  values: { ...base(typed), ':offAgo': typed.at - UPSTREAM_DEADLINE_MS },
});

const isOver = (before: State | undefined, { connectedAt }: Typed): boolean =>
  before?.endedAt !== undefined && connectedAt <= before.endedAt;

/** Whether nothing would be sent now, whatever is decided. */
export const isSilent = (before: State | undefined, typed: Typed): boolean =>
  isOver(before, typed) || (before?.quietUntil ?? 0) > typed.at;

function accepted(before: State | undefined, typed: Typed, held: boolean): Omit<Decision, 'hasty'> {
  const { isTyping, at } = typed;
  if (!isTyping) {
    if (!held || !before?.owed) return { outcome: 'ignored' };
    return { outcome: 'forwarded', send: 'off', ends: before.shownAt ?? before.lastOnAt };
  }
  if (held && before?.shownAt !== undefined) return { outcome: 'coalesced' };
  const refresh = !held && before?.shownAt !== undefined && before.shownAt > at - EXPIRY_MS;
  return { outcome: 'forwarded', send: 'on', refresh };
}

function refused(before: State | undefined, typed: Typed): Omit<Decision, 'hasty'> {
  if (isOver(before, typed)) return { outcome: 'ended' };
  if (before && typed.at < before.at && before.at - typed.at <= CLOCK_STEP_MS) return { outcome: 'stale' };
  return { outcome: typed.isTyping ? 'coalesced' : 'ignored' };
}

/** Decides about a frame, and keeps that. */
export async function decide(table: Table, session: string, typed: Typed, held: boolean): Promise<Decision> {
  const statement = !typed.isTyping ? off(typed) : held ? heldOn(typed) : expiringOn(typed);
  const { done, before } = await table.update(session, statement);
  const calm = done && (before === undefined || Math.abs(typed.at - before.at) >= HASTY_MS);
  return { ...(done ? accepted(before, typed, held) : refused(before, typed)), hasty: !calm };
}
