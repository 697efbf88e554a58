import * as z from 'zod/mini';
import { MIN_GAP_MS, REFRESH_MS, STATE_LIFE_S } from '../relay/constants.ts';
import {
  type Decision,
  paceOf,
  type TypingEvent,
  type TypingState,
  type TypingStore,
} from '../relay/typing.ts';
import type { Timing } from '../relay/upstream.ts';
import { AwsError, type CallAws } from './aws.ts';

const number = z.optional(z.object({ N: z.string() }));
const flag = z.optional(z.object({ BOOL: z.boolean() }));

/** An item as DynamoDB writes it. What another version of the relay wrote may lack fields, or have more. */
const item = z.object({
  at: number,
  by: z.optional(z.object({ S: z.string() })),
  shownAt: number,
  lastOnAt: number,
  owed: flag,
  quietUntil: number,
  ended: flag,
});
const found = z.object({ Item: z.optional(item) });
const updated = z.object({ Attributes: z.optional(item) });

const EXISTS = 'attribute_exists(pk)';
const NOT_ENDED = 'attribute_not_exists(ended)';
const NOT_STALE = '(attribute_not_exists(#at) OR #at <= :at)';
const NOT_QUIET = '(attribute_not_exists(quietUntil) OR quietUntil <= :at)';
const NOT_TOO_SOON = '(attribute_not_exists(lastOnAt) OR lastOnAt <= :gapAgo)';
const HIDDEN = 'attribute_not_exists(shownAt)';
const SHOWN = 'attribute_exists(shownAt)';

/** An update and its condition: one row of functions/relay/typing.ts, in DynamoDB's words. */
interface Statement {
  update: string;
  condition: string;
}

const STATEMENTS = {
  heldOn: {
    update:
      'SET #at = :at, #by = :by, shownAt = if_not_exists(shownAt, :at), lastOnAt = if_not_exists(lastOnAt, :none), ' +
      'owed = :true, expiresAt = :expiresAt',
    condition: `${NOT_ENDED} AND ${NOT_STALE} AND (${SHOWN} OR (${NOT_QUIET} AND ${NOT_TOO_SOON}))`,
  },
  expiringOn: {
    update:
      'SET #at = :at, #by = :by, shownAt = :at, lastOnAt = if_not_exists(lastOnAt, :none), expiresAt = :expiresAt',
    condition:
      `${NOT_ENDED} AND ${NOT_STALE} AND ${NOT_QUIET} AND ` +
      `((${SHOWN} AND shownAt <= :refreshAgo) OR (${HIDDEN} AND ${NOT_TOO_SOON}))`,
  },
  off: {
    update:
      'SET #at = :at, #by = :by, lastOnAt = if_not_exists(shownAt, if_not_exists(lastOnAt, :none)), ' +
      'expiresAt = :expiresAt REMOVE shownAt, owed',
    condition: `${NOT_ENDED} AND ${NOT_STALE} AND (#by = :by OR (${HIDDEN} AND attribute_not_exists(owed)))`,
  },
} satisfies Record<string, Statement>;

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
    Key: { pk: { S: `session#${session}` }, sk: { S: 'typing' } },
  });

  /** @returns the item before the update, or why it was not made */
  async function update(session: string, { update, condition }: Statement, values: Values) {
    const used = `${update} ${condition}`;
    const names = Object.fromEntries(
      ['at', 'by'].flatMap((name) => (used.includes(`#${name}`) ? [[`#${name}`, name]] : [])),
    );
    const needed = Object.entries(values).filter(([name]) => new RegExp(`${name}\\b`).test(used));
    try {
      const answer = await call('UpdateItem', {
        ...key(session),
        UpdateExpression: update,
        ConditionExpression: condition,
        ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
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
      const statement = event.isTyping
        ? STATEMENTS[timing === 'held' ? 'heldOn' : 'expiringOn']
        : STATEMENTS.off;
      const { done, before } = await update(session, statement, valuesOf(event));
      const outcome = done ? accepted(before, event, timing) : refused(before, event);
      return { ...outcome, ...paceOf(before, event, done) };
    },

    async read(session) {
      const answer = await call('GetItem', { ...key(session), ConsistentRead: true });
      return toState(found.parse(answer).Item);
    },

    async onFailed(session, shownAt, owed) {
      const hide = `SET lastOnAt = :shownAt REMOVE shownAt${owed ? '' : ', owed'}`;
      await update(session, { update: hide, condition: 'shownAt = :shownAt' }, { ':shownAt': num(shownAt) });
    },

    async quiet(session, until) {
      await update(
        session,
        { update: 'SET quietUntil = :until', condition: EXISTS },
        { ':until': num(until) },
      );
    },

    async end(session) {
      await update(session, { update: 'SET ended = :true', condition: EXISTS }, { ':true': { BOOL: true } });
    },

    async offFailed(session) {
      const owe = { update: 'SET owed = :true', condition: `${EXISTS} AND ${HIDDEN} AND ${NOT_ENDED}` };
      return (await update(session, owe, { ':true': { BOOL: true } })).done;
    },

    async expire(session, at) {
      const values = { ':at': num(at), ':none': num(0) };
      const off = {
        update: 'SET lastOnAt = if_not_exists(shownAt, if_not_exists(lastOnAt, :none)) REMOVE shownAt, owed',
        condition: `#at = :at AND attribute_exists(owed) AND ${NOT_ENDED}`,
      };
      return (await update(session, off, values)).done;
    },
  };
}

function valuesOf({ at, connectionId }: TypingEvent): Values {
  return {
    ':at': num(at),
    ':by': { S: connectionId },
    ':none': num(0),
    ':true': { BOOL: true },
    ':gapAgo': num(at - MIN_GAP_MS),
    ':refreshAgo': num(at - REFRESH_MS),
    ':expiresAt': num(Math.ceil(at / 1000) + STATE_LIFE_S),
  };
}

type Outcome = Omit<Decision, 'next'>;

function accepted(before: TypingState | undefined, { isTyping }: TypingEvent, timing: Timing): Outcome {
  if (!isTyping)
    return timing === 'held' && before?.owed ? { outcome: 'forwarded', send: 'off' } : { outcome: 'ignored' };
  if (timing === 'held' && before?.shownAt !== undefined) return { outcome: 'coalesced' };
  return { outcome: 'forwarded', send: 'on', ...(timing === 'held' && before?.owed && { owes: true }) };
}

function refused(before: TypingState | undefined, { isTyping, at }: TypingEvent): Outcome {
  if (before?.ended) return { outcome: 'ended' };
  if (before && at < before.at) return { outcome: 'stale' };
  return { outcome: isTyping ? 'coalesced' : 'ignored' };
}

/** An item that lacks its time or its author cannot speak for a session: it counts as none. */
function toState(fields: z.infer<typeof item> | undefined): TypingState | undefined {
  if (fields?.at === undefined) return undefined;
  const { at, by, shownAt, lastOnAt, owed, quietUntil, ended } = fields;
  return {
    at: Number(at.N),
    by: by?.S ?? '',
    lastOnAt: Number(lastOnAt?.N ?? 0),
    ...(shownAt && { shownAt: Number(shownAt.N) }),
    ...(owed?.BOOL && { owed: true }),
    ...(quietUntil && { quietUntil: Number(quietUntil.N) }),
    ...(ended?.BOOL && { ended: true }),
  };
}
