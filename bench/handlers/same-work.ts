import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { parseJson } from '../../local/json.ts';
import type { Script } from './events.ts';
import type { Record } from './record.ts';
import type { Ran } from './subject.ts';

/**
 * What a script had the far side do, and what was answered: the same for both sides, or their figures are of different
 * things. Times are told from the script's beginning.
 */
export interface Work {
  /** What the handler returned. */
  answers: readonly unknown[];
  /** In the order in which each arrived: calls to the table, messages to the queue, what Genesys was told. */
  table: readonly unknown[];
  queue: readonly unknown[];
  upstream: readonly unknown[];
  /** What the table held afterwards. */
  items: readonly unknown[];
}

/** What an environment does once, whenever it comes to it: secrets and the shared token. */
const isOnce = ({ to, what, body }: Record): boolean =>
  to === 'secretsmanager' ||
  to === 'login' ||
  what === 'GET /api/v2/tokens/me' ||
  JSON.stringify(body ?? null).includes('"oauth#');

const tableCall = z.object({
  Key: z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) }),
  ConditionExpression: z.string().optional(),
  ConsistentRead: z.boolean().optional(),
});

const key = z.object({ pk: z.object({ S: z.string() }) });

interface TableWork {
  what: string;
  status: number | undefined;
  pk: string;
  sk: string;
  isConditional: boolean;
  ConsistentRead: boolean | undefined;
}

/** A call to the table, without the words that each side has for it. */
function tableWork({ what, body, status }: Record): TableWork {
  const { Key, ConditionExpression, ConsistentRead } = tableCall.parse(body);
  return {
    what,
    status,
    pk: Key.pk.S,
    sk: Key.sk.S,
    isConditional: ConditionExpression !== undefined,
    ConsistentRead,
  };
}

const queueMessage = z.object({ MessageBody: z.string(), DelaySeconds: z.number() });
const watch = z.looseObject({ sealedSession: z.string(), shownAt: z.number().optional() });

/** A message to the queue; each side seals a session in its own way. */
function queueWork({ body, status }: Record, from: number): object {
  const { MessageBody, DelaySeconds } = queueMessage.parse(body);
  const { shownAt = NaN, sealedSession, ...rest } = watch.parse(parseJson(MessageBody));
  return { ...rest, status, DelaySeconds, hasSession: sealedSession !== '', shownAt: shownAt - from };
}

/** What Genesys was told; the time of the telling is of the clock, and an id of tracing is made up. */
const upstreamWork = ({ to, what, body, status }: Record): object => ({
  to,
  what,
  status,
  body: parseJson(
    JSON.stringify(body ?? null, (name, value: unknown) =>
      name === 'time' || name === 'tracingId' ? '…' : value,
    ),
  ),
});

const number = z.object({ N: z.string() });
const attributes = z.record(z.string(), z.unknown());

/** An item with its times from the script's beginning. */
function itemWork(item: object, from: number): object {
  const entries = Object.entries(attributes.parse(item)).map(([name, value]): [string, unknown] => {
    const parsed = number.safeParse(value);
    // No time at all is written as 0.
    if (!parsed.success || parsed.data.N === '0') return [name, value];
    return [name, Number(parsed.data.N) - (name === 'expiresAt' ? from / 1_000 : from)];
  });
  return Object.fromEntries(entries.toSorted());
}

/** @param items what the table holds of sessions after the script */
export function workOf(
  { from }: Pick<Script, 'from'>,
  { answers }: Pick<Ran, 'answers'>,
  records: readonly Record[],
  items: readonly object[],
): Work {
  const each = records.filter((record) => !isOnce(record));
  const of = (...to: string[]) => each.filter((record) => to.includes(record.to));
  const table = of('dynamodb').map(tableWork);
  const touched = new Set(table.map(({ pk }) => pk));
  return {
    answers,
    table,
    queue: of('sqs').map((record) => queueWork(record, from)),
    upstream: of('rest', 'socket', 'upgrade').map(upstreamWork),
    items: items
      .map((item) => ({ pk: key.parse(item).pk.S, item }))
      .filter(({ pk }) => touched.has(pk))
      .map(({ item }) => itemWork(item, from))
      .toSorted(byKey),
  };
}

const byKey = (one: object, other: object): number => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);

/** @throws Error that says where the two sides differ */
export function mustBeSame(what: string, ours: Work, usual: Work): void {
  for (const part of ['answers', 'table', 'queue', 'upstream', 'items'] as const) {
    const [one, other] = [ours[part], usual[part]];
    const at = Array.from({ length: Math.max(one.length, other.length) }).findIndex(
      (_, index) => !isDeepStrictEqual(one[index], other[index]),
    );
    if (at < 0) continue;
    throw new Error(
      `${what}: both sides have to do the same work, and differ in ${part} ${at} (${one.length} and ${other.length}): ` +
        `${JSON.stringify(one[at])} here, ${JSON.stringify(other[at])} there`,
    );
  }
}

/** What opens the way for a message, and is none itself. */
const isPreparation = (one: unknown): boolean => /"GET \/|"configureSession"/.test(JSON.stringify(one));

const refused = z.object({ status: z.number().min(400) });

/** A line that is no metric: nothing is logged of a message that goes well. Node.js' own begin with a bracket. */
const isComplaint = (line: string): boolean =>
  line !== '' && !line.includes('"_aws"') && !line.startsWith('(');

/**
 * Each message has to have gone upstream and been taken there, and nobody may have complained.
 * @param messages how many there were
 * @param said what the handler's process wrote, in whole lines
 * @throws Error that says what went otherwise
 */
export function mustHaveForwarded({ upstream, answers }: Work, messages: number, said: string): void {
  const sent = upstream.filter((one) => !isPreparation(one) && !refused.safeParse(one).success);
  if (sent.length < messages || answers.length !== messages)
    throw new Error(`of ${messages} messages ${sent.length} went upstream: ${said.slice(-2_000)}`);
  const complaint = said.split('\n').find(isComplaint);
  if (complaint !== undefined) throw new Error(`a handler complained: ${complaint.slice(0, 2_000)}`);
}
