import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { makeFrameLog } from '../functions/ports/frame-log.ts';
import type { CallAws } from '../functions/ports/aws.ts';
import { makeListeners } from '../functions/ports/listeners.ts';
import type { AccessToken } from '../functions/ports/login.ts';
import { makeTable } from '../functions/ports/table.ts';
import { makeTokenTable } from '../functions/ports/token-table.ts';
import { makeTypingTable } from '../functions/ports/typing-table.ts';
import { TABLE_USES } from './grants.ts';
import { AUTHORIZER, EXPIRE, ROUTES, WEBHOOKS } from './routes.ts';
import { type Statement, statementsOf, templateOf } from './stack-fixture.ts';

/** A call of the table, as IAM looks at it: what is called, and the partition key. */
type Call = `dynamodb:${string} ${string}`;

const pk = z.object({ S: z.string() });
const keyed = z.union([
  z.object({ Key: z.object({ pk }) }).transform(({ Key }) => Key.pk.S),
  z.object({ Item: z.object({ pk }) }).transform(({ Item }) => Item.pk.S),
  z
    .object({ ExpressionAttributeValues: z.object({ ':pk': pk }) })
    .transform((query) => query.ExpressionAttributeValues[':pk'].S),
]);

/** Every call that `use` makes of the table, where each is answered as DynamoDB would. */
async function callsOf(use: (call: CallAws) => Promise<unknown>): Promise<Call[]> {
  const calls = new Set<Call>();
  await use((operation, input) => {
    calls.add(`dynamodb:${operation} ${keyed.parse(input)}`);
    return Promise.resolve(operation === 'Query' ? { Items: [] } : { Attributes: { frames: { SS: ['1'] } } });
  });
  return [...calls];
}

const event = { isTyping: true, at: 1, connectionId: 'c', connectedAt: 1 };
const token: AccessToken = { value: 't', issuedAt: 1, endsAt: 2 };
const keys = {
  get: () => Promise.resolve({ kid: '1', key: 'ab'.repeat(32) }),
  refresh: () => Promise.resolve(false),
};

/** Each use of the table, by the port that makes it. */
const PORTS: Record<keyof typeof TABLE_USES, (call: CallAws) => Promise<unknown>> = {
  'spend-tickets': (call) => makeTable(call, 't').spendTicket('1', 's', 1),
  'typing-state': async (call) => {
    const table = makeTypingTable(call, 't');
    for (const timing of ['held', 'expiring'] as const) {
      await table.decide('1', event, timing);
      await table.decide('1', { ...event, isTyping: false }, timing);
    }
    await table.read('1');
    await table.onFailed('1', 1, true);
    await table.quiet('1', 1);
    await table.end('1', 1);
    await table.settle('1', 1);
    await table.restate('1', 1, 2);
    await table.expire('1', 1);
  },
  'share-token': async (call) => {
    const table = makeTokenTable(call, 't', keys);
    await table.read('1');
    await table.lease('1', 0, 1);
    await table.share('1', 1, token);
    await table.pause('1', 1, { until: 1, refused: undefined });
  },
  'count-frames': async (call) => {
    const frames = makeFrameLog(call, 't');
    await frames.add('1', ['m'], 1);
    await frames.remove('1', ['m']);
    await frames.claim('1', 1, 1);
  },
  'enter-index': (call) => makeListeners(call, 't').add('1', { connectionId: 'c', connectedAt: 1 }),
  'leave-index': (call) => makeListeners(call, 't').remove('1', 'c'),
  'read-index': async (call) => {
    await makeListeners(call, 't').list('1', 1);
    await makeListeners(call, 't').remove('1', 'c');
  },
};

const template = templateOf();
const leadingKeys = z.object({
  'ForAllValues:StringLike': z.object({ 'dynamodb:LeadingKeys': z.union([z.string(), z.array(z.string())]) }),
});

/** The calls of the table that a statement allows; a key's pattern ends with `*`. */
function allowedBy({ Action, Condition }: Statement): Call[] {
  const actions = [Action]
    .flat()
    .filter((action): action is `dynamodb:${string}` => action.startsWith('dynamodb:'));
  if (actions.length === 0) return [];
  const patterns = [leadingKeys.parse(Condition)['ForAllValues:StringLike']['dynamodb:LeadingKeys']].flat();
  return actions.flatMap((action) => patterns.map((pattern): Call => `${action} ${pattern}`));
}

describe("a function's grant on the table", () => {
  it.each([AUTHORIZER, EXPIRE, ...ROUTES, ...WEBHOOKS])(
    'covers what $handler calls on its own items, and nothing else',
    async ({ handler, touches }) => {
      const uses = Object.entries(PORTS).filter(([use]) => touches.some((touch) => touch === use));
      const made = (await Promise.all(uses.map(([, use]) => callsOf(use)))).flat();
      // Every item here has the id 1.
      const needed = made.map((call) => call.replace(/1$/, '*'));
      const allowed = statementsOf(template, handler).flatMap(allowedBy);
      expect(new Set(allowed)).toEqual(new Set(needed));
    },
  );

  it('is on the table itself, and on no index of it', () => {
    const statements = [AUTHORIZER, EXPIRE, ...ROUTES, ...WEBHOOKS]
      .flatMap(({ handler }) => statementsOf(template, handler))
      .filter(({ Action }) => [Action].flat().some((action) => action.startsWith('dynamodb:')));
    const [table = ''] = Object.keys(template.findResources('AWS::DynamoDB::Table'));
    for (const { Resource } of statements) expect(Resource).toEqual({ 'Fn::GetAtt': [table, 'Arn'] });
    expect(statements.length).toBeGreaterThan(0);
  });

  it('is there for each sort of use', () => {
    const touched = new Set([AUTHORIZER, EXPIRE, ...ROUTES, ...WEBHOOKS].flatMap(({ touches }) => touches));
    expect(Object.keys(TABLE_USES).filter((use) => ![...touched].some((touch) => touch === use))).toEqual([]);
  });
});
