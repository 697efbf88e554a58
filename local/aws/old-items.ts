import * as z from 'zod';
import { parseJson } from '../json.ts';
import type { DynamoDb, DynamoDbAnswer, DynamoDbRequest } from './dynamodb.ts';

const TARGET = /^DynamoDB_20120810\.(PutItem|UpdateItem|DeleteItem)$/;

const Attributes = z.record(z.string(), z.unknown());
const Write = z.object({
  TableName: z.string(),
  ReturnValuesOnConditionCheckFailure: z.literal('ALL_OLD'),
  Key: Attributes.optional(),
  Item: Attributes.optional(),
});
const ConditionFailure = z.looseObject({ __type: z.string().endsWith('#ConditionalCheckFailedException') });
const Found = z.object({ Item: Attributes.optional() });
const Described = z.object({
  Table: z.object({ KeySchema: z.array(z.object({ AttributeName: z.string() })) }),
});

/**
 * Adds `ReturnValuesOnConditionCheckFailure`, which dynalite does not know: the item that was there goes with the
 * failure. It is read after the write has failed, so a write in between shows in it.
 * docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
 */
export function withOldItems(dynamoDb: DynamoDb): DynamoDb {
  return async (request) => {
    const answer = await dynamoDb(request);
    if (answer.status !== 400 || !TARGET.test(String(request.headers['x-amz-target']))) return answer;
    const write = Write.safeParse(parseJson(request.body.toString('utf8'))).data;
    const failure = ConditionFailure.safeParse(parseJson(answer.body)).data;
    if (write === undefined || failure === undefined) return answer;
    const item = await readItem(dynamoDb, request, write);
    return item === undefined ? answer : withBody(answer, { ...failure, Item: item });
  };
}

async function readItem(
  dynamoDb: DynamoDb,
  request: DynamoDbRequest,
  { TableName, Key, Item = {} }: z.infer<typeof Write>,
): Promise<Record<string, unknown> | undefined> {
  const ask = async (operation: string, input: object): Promise<unknown> => {
    const headers = { ...request.headers, 'x-amz-target': `DynamoDB_20120810.${operation}` };
    const { body } = await dynamoDb({ ...request, headers, body: Buffer.from(JSON.stringify(input)) });
    return parseJson(body);
  };
  const keyOfItem = async (): Promise<Record<string, unknown>> => {
    const schema = Described.safeParse(await ask('DescribeTable', { TableName })).data?.Table.KeySchema ?? [];
    return Object.fromEntries(schema.map(({ AttributeName: name }) => [name, Item[name]]));
  };
  const input = { TableName, ConsistentRead: true, Key: Key ?? (await keyOfItem()) };
  return Found.parse(await ask('GetItem', input)).Item;
}

function withBody({ status, headers }: DynamoDbAnswer, content: object): DynamoDbAnswer {
  const body = JSON.stringify(content);
  // The checksum is that of the body before.
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'x-amz-crc32'));
  return { status, headers: { ...kept, 'Content-Length': Buffer.byteLength(body) }, body };
}
