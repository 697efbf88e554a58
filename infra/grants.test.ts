import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { makeFrameLog } from '../functions/ports/frame-log.ts';
import type { CallAws } from '../functions/ports/aws.ts';
import { ITEM_KEYS } from '../functions/ports/item-keys.ts';
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

describe('a use of the table', () => {
  it.each(Object.entries(PORTS))(
    '%s: is of what its port calls on its own items, and nothing else',
    async (use, port) => {
      // Every item here has the id 1.
      const called = (await callsOf(port)).map((call) => call.replace(/1$/, '*'));
      const granted = Object.entries(TABLE_USES).flatMap(([name, { items, calls }]) =>
        name === use ? calls.map((call): Call => `dynamodb:${call} ${ITEM_KEYS[items]}*`) : [],
      );
      expect(new Set(granted)).toEqual(new Set(called));
    },
  );
});

const CONNECTIONS = 'arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<Api>/v1';
const SENDS = [
  'dynamodb:GetItem on Table oauth#*',
  'dynamodb:GetItem on Table session#*',
  'dynamodb:UpdateItem on Table oauth#*',
  'dynamodb:UpdateItem on Table session#*',
  'secretsmanager:GetSecretValue on GenesysClient',
  'secretsmanager:GetSecretValue on TicketKey',
  'sqs:SendMessage on Watches',
];
const GUARDS = [
  'dynamodb:UpdateItem on Table connection#*',
  `execute-api:ManageConnections on ${CONNECTIONS}/DELETE/@connections/*`,
  `execute-api:ManageConnections on ${CONNECTIONS}/POST/@connections/*`,
];

/**
 * What each function is allowed beside its own log, written by hand: a change of infra/routes.ts that gives a function
 * more, or takes from it what its code calls, is to be made here as well.
 */
const GRANTS: Record<string, readonly string[]> = {
  authorizer: ['dynamodb:PutItem on Table ticket#*', 'secretsmanager:GetSecretValue on TicketKey'],
  connect: ['dynamodb:PutItem on Table inbox#*'],
  typing: [...SENDS, ...GUARDS],
  fallback: GUARDS,
  disconnect: [...SENDS, 'dynamodb:DeleteItem on Table inbox#*'],
  expire: [
    ...SENDS,
    'sqs:ChangeMessageVisibility on Watches',
    'sqs:DeleteMessage on Watches',
    'sqs:GetQueueAttributes on Watches',
    'sqs:GetQueueUrl on Watches',
    'sqs:ReceiveMessage on Watches',
  ],
  'agent-typing': [
    'dynamodb:DeleteItem on Table inbox#*',
    'dynamodb:Query on Table inbox#*',
    `execute-api:ManageConnections on ${CONNECTIONS}/POST/@connections/*`,
    'secretsmanager:GetSecretValue on WebhookSecret',
  ],
};

const template = templateOf();

/** A resource's logical id, without the hash that CDK ends it with. */
const nameOf = (logicalId: string): string => logicalId.replace(/[\dA-F]{8}$/, '');

const reference = z.object({ Ref: z.string() }).transform(({ Ref }) => nameOf(Ref));
const resource = z.union([
  z.string(),
  reference,
  z
    .object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) })
    .transform((found) => nameOf(found['Fn::GetAtt'][0])),
  z
    .object({
      'Fn::Join': z.tuple([
        z.literal(''),
        z.array(z.union([z.string(), reference.transform((name) => `<${name}>`)])),
      ]),
    })
    .transform((found) => found['Fn::Join'][1].join('')),
]);
const oneOrMore = <T extends z.ZodType>(schema: T) =>
  z.union([z.array(schema), schema.transform((one) => [one])]);
const condition = z
  .strictObject({
    'ForAllValues:StringLike': z.strictObject({ 'dynamodb:LeadingKeys': oneOrMore(z.string()) }),
  })
  .transform((found) => found['ForAllValues:StringLike']['dynamodb:LeadingKeys'].map((key) => ` ${key}`));

/** A statement as lines of {@link GRANTS}, one for each action, resource and partition key. */
function linesOf({ Effect, Action, Resource, Condition }: Statement): string[] {
  expect(Effect).toBe('Allow');
  const keys = Condition === undefined ? [''] : condition.parse(Condition);
  return [Action].flat().flatMap((action) =>
    oneOrMore(resource)
      .parse(Resource)
      .flatMap((name) => keys.map((key) => `${action} on ${name}${key}`)),
  );
}

describe("a function's role", () => {
  const handlers = [AUTHORIZER, EXPIRE, ...ROUTES, ...WEBHOOKS].map(({ handler }) => handler);

  it('is in the list for each function', () => {
    expect(Object.keys(GRANTS).sort()).toEqual(handlers.sort());
  });

  it.each(Object.entries(GRANTS))(
    'of %s may write its own log, and beside it do what the list says, no more and no less',
    (handler, grants) => {
      const log = `${handler.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}Log`;
      const own = [`logs:CreateLogStream on ${log}`, `logs:PutLogEvents on ${log}`];
      expect(statementsOf(template, handler).flatMap(linesOf).sort()).toEqual([...grants, ...own].sort());
    },
  );

  it('has no managed policy: API Gateway alone has one, to write logs', () => {
    const role = z.object({ Properties: z.object({ AssumeRolePolicyDocument: z.unknown() }) });
    const managed = Object.values(template.findResources('AWS::IAM::Role'))
      .filter((found) => JSON.stringify(found).includes('ManagedPolicyArns'))
      .map((found) => JSON.stringify(role.parse(found).Properties.AssumeRolePolicyDocument));
    expect(managed).toEqual([expect.stringContaining('"apigateway.amazonaws.com"')]);
  });
});
