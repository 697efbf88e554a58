import * as z from 'zod/mini';
import {
  CLOCK_STEP_MS,
  MIN_GAP_MS,
  REFRESH_MS,
  STATE_LIFE_S,
  UPSTREAM_DEADLINE_MS,
} from '../relay/constants.ts';
import { orNothing } from '../relay/or-nothing.ts';
import {
  type Decision,
  isBefore,
  isOver,
  paceOf,
  refreshOf,
  type TypingEvent,
  type TypingState,
  type TypingStore,
} from '../relay/typing.ts';
import type { Timing } from '../relay/upstream.ts';
import { AwsError, type CallAws } from './aws.ts';
import { ITEM_KEYS } from './item-keys.ts';

/** A field of another type is as good as none: another version of the relay may have written it. */
const number = orNothing(z.object({ N: z.string() }));
const flag = orNothing(z.object({ BOOL: z.boolean() }));
const text = orNothing(z.object({ S: z.string() }));

/** An item as DynamoDB writes it. What another version of the relay wrote may lack fields, or have more. */
const item = z.object({
  at: number,
  by: text,
  shownAt: number,
  lastOnAt: number,
  owed: flag,
  offAt: number,
  quietUntil: number,
  endedAt: number,
});
const found = z.object({ Item: z.optional(item) });
const updated = z.object({ Attributes: z.optional(item) });

const EXISTS = 'attribute_exists(pk)';
const NOT_ENDED = 'attribute_not_exists(endedAt)';
const NOT_OVER = `(${NOT_ENDED} OR endedAt < :connectedAt)`;
const NOT_STALE = '(attribute_not_exists(#at) OR #at <= :at OR #at > :future)';
const NOT_QUIET = '(attribute_not_exists(quietUntil) OR quietUntil <= :at)';
const NOT_TOO_SOON = '(attribute_not_exists(lastOnAt) OR lastOnAt <= :gapAgo OR lastOnAt > :future)';
const HIDDEN = 'attribute_not_exists(shownAt)';
const SHOWN = 'attribute_exists(shownAt)';
const NOT_UNDER_WAY = `(${SHOWN} OR attribute_not_exists(offAt) OR offAt <= :offAgo OR offAt > :future)`;

/** An update and its condition: one row of functions/relay/typing.ts, in DynamoDB's words. */
interface Statement {
  update: string;
  /** Without one, it is always made. */
  condition?: string | undefined;
  /** The names and values that stand in either. DynamoDB refuses one that does not. */
  used: readonly string[];
}

const statement = (update: string, condition?: string): Statement => ({
  update,
  condition,
  used: [...new Set(`${update} ${condition ?? ''}`.match(/[#:]\w+/g))],
});

const STATEMENTS = {
  heldOn: statement(
    'SET #at = :at, #by = :by, shownAt = if_not_exists(shownAt, :at), lastOnAt = if_not_exists(lastOnAt, :none), ' +
      'owed = :true, expiresAt = :expiresAt REMOVE endedAt, offAt',
    `${NOT_OVER} AND ${NOT_STALE} AND (${SHOWN} OR (${NOT_QUIET} AND ${NOT_TOO_SOON}))`,
  ),
  expiringOn: statement(
    'SET #at = :at, #by = :by, shownAt = :at, lastOnAt = if_not_exists(lastOnAt, :none), expiresAt = :expiresAt REMOVE endedAt, offAt',
    `${NOT_OVER} AND ${NOT_STALE} AND ${NOT_QUIET} AND ` +
      `((${SHOWN} AND (shownAt <= :refreshAgo OR shownAt > :future)) OR (${HIDDEN} AND ${NOT_TOO_SOON}))`,
  ),
  off: statement(
    'SET #at = :at, #by = :by, lastOnAt = if_not_exists(shownAt, if_not_exists(lastOnAt, :none)), ' +
      'expiresAt = :expiresAt, offAt = :at REMOVE shownAt, endedAt',
    `${NOT_OVER} AND ${NOT_STALE} AND ${NOT_UNDER_WAY} AND (#by = :by OR (${HIDDEN} AND attribute_not_exists(owed)))`,
  ),
  hideOwed: statement('SET lastOnAt = :shownAt REMOVE shownAt', 'shownAt = :shownAt'),
  hide: statement('SET lastOnAt = :shownAt REMOVE shownAt, owed', 'shownAt = :shownAt'),
  quiet: statement('SET quietUntil = :until', EXISTS),
  end: statement(
    'SET endedAt = :at, #at = if_not_exists(#at, :at), #by = if_not_exists(#by, :by), ' +
      'lastOnAt = if_not_exists(lastOnAt, :none), expiresAt = :expiresAt REMOVE shownAt, owed, quietUntil',
  ),
  settle: statement('REMOVE owed', `${EXISTS} AND ${HIDDEN} AND ${NOT_ENDED} AND lastOnAt = :ends`),
  restate: statement('SET shownAt = :to', `shownAt = :from AND ${NOT_ENDED}`),
  expire: statement(
    'SET lastOnAt = if_not_exists(shownAt, if_not_exists(lastOnAt, :none)) REMOVE shownAt',
    `#at = :at AND attribute_exists(owed) AND ${NOT_ENDED}`,
  ),
} satisfies Record<string, Statement>;

/** DynamoDB's own words cannot stand for themselves. */
const NAMES: readonly [string, string][] = [
  ['#at', 'at'],
  ['#by', 'by'],
];

type Values = Record<string, { N: string } | { S: string } | { BOOL: true }>;
const num = (value: number): { N: string } => ({ N: String(value) });

/**
 * Keeps the typing state of a session in one item. {@link TypingStore.decide} is one conditional write: when its
 * condition fails, DynamoDB hands back the item, which says why.
 * @throws AwsError or Error from each operation when the table cannot be reached
 */
export function makeTypingTable(call: CallAws, tableName: string): TypingStore {
  const key = (session: string) => ({
    TableName: tableName,
    Key: { pk: { S: `${ITEM_KEYS.session}${session}` }, sk: { S: 'typing' } },
  });

  /** @returns the item before the update, or why it was not made */
  async function update(session: string, { update, condition, used }: Statement, values: Values) {
    const names = NAMES.filter(([name]) => used.includes(name));
    const needed = Object.entries(values).filter(([name]) => used.includes(name));
    try {
      const answer = await call('UpdateItem', {
        ...key(session),
        UpdateExpression: update,
        ...(condition !== undefined && { ConditionExpression: condition }),
        ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
        ...(needed.length > 0 && { ExpressionAttributeValues: Object.fromEntries(needed) }),
        ReturnValues: 'ALL_OLD',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return { done: true, before: toState(updated.parse(answer).Attributes) };
    } catch (error) {
      if (!(error instanceof AwsError) || error.name !== 'ConditionalCheckFailedException') throw error;
      return { done: false, before: toState(found.safeParse(error.answer).data?.Item) };
    }
  }

  return {
    async decide(session, event, timing) {
      const decided = event.isTyping
        ? STATEMENTS[timing === 'held' ? 'heldOn' : 'expiringOn']
        : STATEMENTS.off;
      const { done, before } = await update(session, decided, valuesOf(event));
      const outcome = done ? accepted(before, event, timing) : refused(before, event);
      return { ...outcome, ...paceOf(before, event, done) };
    },

    async read(session) {
      const answer = await call('GetItem', { ...key(session), ConsistentRead: true });
      return toState(found.parse(answer).Item);
    },

    async onFailed(session, shownAt, owed) {
      await update(session, owed ? STATEMENTS.hideOwed : STATEMENTS.hide, { ':shownAt': num(shownAt) });
    },

    async quiet(session, until) {
      await update(session, STATEMENTS.quiet, { ':until': num(until) });
    },

    async end(session, at) {
      const values = valuesOf({ isTyping: false, connectionId: '', connectedAt: 0, at });
      await update(session, STATEMENTS.end, values);
    },

    async settle(session, ends) {
      const { done, before } = await update(session, STATEMENTS.settle, { ':ends': num(ends) });
      return done || before?.endedAt !== undefined ? undefined : before?.shownAt;
    },

    async restate(session, from, to) {
      const values = { ':from': num(from), ':to': num(to) };
      return (await update(session, STATEMENTS.restate, values)).done;
    },

    async expire(session, at) {
      const values = { ':at': num(at), ':none': num(0) };
      const { done, before } = await update(session, STATEMENTS.expire, values);
      return done ? (before?.shownAt ?? before?.lastOnAt) : undefined;
    },
  };
}

function valuesOf({ at, connectionId, connectedAt }: TypingEvent): Values {
  return {
    ':at': num(at),
    ':connectedAt': num(connectedAt),
    ':by': { S: connectionId },
    ':none': num(0),
    ':true': { BOOL: true },
    ':future': num(at + CLOCK_STEP_MS),
    ':gapAgo': num(at - MIN_GAP_MS),
    ':offAgo': num(at - UPSTREAM_DEADLINE_MS),
    ':refreshAgo': num(at - REFRESH_MS),
    ':expiresAt': num(Math.ceil(at / 1000) + STATE_LIFE_S),
  };
}

type Outcome = Omit<Decision, 'next'>;

function accepted(before: TypingState | undefined, event: TypingEvent, timing: Timing): Outcome {
  if (!event.isTyping) {
    if (timing === 'expiring' || !before?.owed) return { outcome: 'ignored' };
    return { outcome: 'forwarded', send: 'off', ends: before.shownAt ?? before.lastOnAt };
  }
  if (timing === 'held' && before?.shownAt !== undefined) return { outcome: 'coalesced' };
  if (timing === 'expiring') return { outcome: 'forwarded', send: 'on', ...refreshOf(before, event) };
  return { outcome: 'forwarded', send: 'on', ...(before?.owed && { owes: true }) };
}

function refused(before: TypingState | undefined, event: TypingEvent): Outcome {
  if (isOver(before, event)) return { outcome: 'ended' };
  if (before && isBefore(event.at, before.at)) return { outcome: 'stale' };
  return { outcome: event.isTyping ? 'coalesced' : 'ignored' };
}

/** An item that lacks its time or its author cannot speak for a session: it counts as none. */
function toState(fields: z.infer<typeof item> | undefined): TypingState | undefined {
  if (fields?.at === undefined) return undefined;
  const { at, by, shownAt, lastOnAt, owed, offAt, quietUntil, endedAt } = fields;
  return {
    at: Number(at.N),
    by: by?.S ?? '',
    lastOnAt: Number(lastOnAt?.N ?? 0),
    ...(shownAt && { shownAt: Number(shownAt.N) }),
    ...(owed?.BOOL && { owed: true }),
    ...(offAt && { offAt: Number(offAt.N) }),
    ...(quietUntil && { quietUntil: Number(quietUntil.N) }),
    ...(endedAt && { endedAt: Number(endedAt.N) }),
  };
}
