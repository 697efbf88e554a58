import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';

/** One item, as far as it is read. */
const state = z.object({
  at: z.number(),
  by: z.string(),
  shownAt: z.number().optional(),
  lastOnAt: z.number().default(0),
  owed: z.boolean().optional(),
  offAt: z.number().optional(),
  quietUntil: z.number().optional(),
  endedAt: z.number().optional(),
});
export type State = z.infer<typeof state>;

const sharedToken = z.object({ sealed: z.string() });

export interface Update {
  update: string;
  condition: string;
  values: Record<string, unknown>;
}

/** The expressions' names, each only where it is used: DynamoDB refuses one that is not. */
function namesOf({ update, condition }: Update): { ExpressionAttributeNames?: Record<string, string> } {
  const text = `${update} ${condition}`;
  const all: [string, string][] = [
    ['#at', 'at'],
    ['#by', 'by'],
  ];
  const names = all.filter(([name]) => text.includes(name));
  return names.length === 0 ? {} : { ExpressionAttributeNames: Object.fromEntries(names) };
}

/** The relay's one table. */
export interface Table {
  /** Makes an update if its condition holds. @returns the item before */
  update: (session: string, change: Update) => Promise<{ done: boolean; before: State | undefined }>;
  read: (session: string) => Promise<State | undefined>;
  readToken: (name: string) => Promise<string | undefined>;
  shareToken: (name: string, sealed: string, expiresAt: number) => Promise<void>;
  /** Marks a frame that came too soon. @returns the marks of its connection */
  markFrame: (connectionId: string, mark: string, expiresAt: number) => Promise<ReadonlySet<unknown>>;
}

export function openTable(TableName: string): Table {
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ maxAttempts: 2, requestHandler: { requestTimeout: 2_000 } }),
  );
  const keyOf = (session: string) => ({ pk: `session#${session}`, sk: 'typing' });

  return {
    async update(session, change) {
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName,
            Key: keyOf(session),
            UpdateExpression: change.update,
            ConditionExpression: change.condition,
            ...namesOf(change),
            ExpressionAttributeValues: change.values,
            ReturnValues: 'ALL_OLD',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return { done: true, before: state.safeParse(Attributes).data };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return { done: false, before: error.Item && state.safeParse(unmarshall(error.Item)).data };
      }
    },

    async read(session) {
      const { Item } = await client.send(
        new GetCommand({ TableName, Key: keyOf(session), ConsistentRead: true }),
      );
      return state.safeParse(Item).data;
    },

    async readToken(name) {
      const Key = { pk: `oauth#${name}`, sk: 'token' };
      const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return sharedToken.safeParse(Item).data?.sealed;
    },

    async shareToken(name, sealed, expiresAt) {
      await client.send(
        new PutCommand({ TableName, Item: { pk: `oauth#${name}`, sk: 'token', sealed, expiresAt } }),
      );
    },

    async markFrame(connectionId, mark, expiresAt) {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName,
          Key: { pk: `connection#${connectionId}`, sk: 'frames' },
          UpdateExpression: 'ADD frames :marks SET expiresAt = :expiresAt',
          ExpressionAttributeValues: { ':marks': new Set([mark]), ':expiresAt': expiresAt },
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      const marks: unknown = Attributes?.['frames'];
      return marks instanceof Set ? marks : new Set();
    },
  };
}
