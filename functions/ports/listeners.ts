import * as z from 'zod/mini';
import { CONNECTION_LIFE_S, LISTENERS_MAX } from '../relay/constants.ts';
import type { Listener } from '../relay/agent-typing.ts';
import { type CallAws, DYNAMODB, makeAws } from './aws.ts';
import { readEnvironment, tableEnvironment } from './environment.ts';
import { makeHttp } from './http.ts';
import { ITEM_KEYS } from './item-keys.ts';

/** Which connections a guest has, by inbox. @throws AwsError or Error from each operation when the table fails */
export interface Listeners {
  add: (inbox: string, listener: Listener) => Promise<void>;
  remove: (inbox: string, connectionId: string) => Promise<void>;
  /** The newest of those that may still be there. */
  list: (inbox: string, now: number) => Promise<Listener[]>;
}

const items = z.object({
  Items: z.array(
    z.object({
      sk: z.object({ S: z.string() }),
      connectedAt: z.object({ N: z.string() }),
      expiresAt: z.object({ N: z.string() }),
    }),
  ),
});

const PREFIX = 'connection#';

/** One item a connection; it expires with the longest life that API Gateway gives one. */
export function makeListeners(call: CallAws, tableName: string): Listeners {
  const key = (inbox: string, connectionId: string) => ({
    pk: { S: `${ITEM_KEYS.inbox}${inbox}` },
    sk: { S: `${PREFIX}${connectionId}` },
  });

  return {
    async add(inbox, { connectionId, connectedAt }) {
      const expiresAt = { N: String(Math.ceil(connectedAt / 1000) + CONNECTION_LIFE_S) };
      const Item = { ...key(inbox, connectionId), connectedAt: { N: String(connectedAt) }, expiresAt };
      await call('PutItem', { TableName: tableName, Item });
    },

    async remove(inbox, connectionId) {
      await call('DeleteItem', { TableName: tableName, Key: key(inbox, connectionId) });
    },

    async list(inbox, now) {
      const answer = await call('Query', {
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': { S: `${ITEM_KEYS.inbox}${inbox}` }, ':prefix': { S: PREFIX } },
      });
      // DynamoDB takes its time to delete what has expired.
      return items
        .parse(answer)
        .Items.filter(({ expiresAt }) => Number(expiresAt.N) * 1000 > now)
        .map(({ sk, connectedAt }) => ({
          connectionId: sk.S.slice(PREFIX.length),
          connectedAt: Number(connectedAt.N),
        }))
        .toSorted((one, other) => other.connectedAt - one.connectedAt)
        .slice(0, LISTENERS_MAX);
    },
  };
}

/** The same, wired from a function's environment. @throws Error when that is incomplete */
export function openListeners(): Listeners {
  const { TABLE_NAME } = readEnvironment(tableEnvironment);
  return makeListeners(makeAws(DYNAMODB, makeHttp(), process.env), TABLE_NAME);
}
