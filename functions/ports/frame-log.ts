import * as z from 'zod/mini';
import type { FrameLog } from '../relay/flood.ts';
import { AwsError, type CallAws } from './aws.ts';
import { ITEM_KEYS } from './item-keys.ts';

const updated = z.object({ Attributes: z.object({ frames: z.object({ SS: z.array(z.string()) }) }) });

/** Keeps a connection's frames as a set of strings in one item. @throws AwsError or Error when the table fails */
export function makeFrameLog(call: CallAws, tableName: string): FrameLog {
  const key = (connectionId: string) => ({
    TableName: tableName,
    Key: { pk: { S: `${ITEM_KEYS.frames}${connectionId}` }, sk: { S: 'frames' } },
  });

  /** @returns undefined when the condition failed */
  async function when(condition: string, connectionId: string, update: object): Promise<unknown> {
    try {
      return await call('UpdateItem', { ...key(connectionId), ConditionExpression: condition, ...update });
    } catch (error) {
      if (error instanceof AwsError && error.name === 'ConditionalCheckFailedException') return undefined;
      throw error;
    }
  }

  return {
    async add(connectionId, marks, expiresAt) {
      const answer = await when('attribute_not_exists(told)', connectionId, {
        UpdateExpression: 'ADD frames :marks SET expiresAt = :expiresAt',
        ExpressionAttributeValues: { ':marks': { SS: marks }, ':expiresAt': { N: String(expiresAt) } },
        ReturnValues: 'UPDATED_NEW',
      });
      return answer === undefined ? undefined : updated.parse(answer).Attributes.frames.SS;
    },

    async remove(connectionId, marks) {
      await call('UpdateItem', {
        ...key(connectionId),
        UpdateExpression: 'DELETE frames :marks',
        ExpressionAttributeValues: { ':marks': { SS: marks } },
      });
    },

    async claim(connectionId, at, since) {
      const answer = await when('attribute_not_exists(told) OR told <= :since', connectionId, {
        UpdateExpression: 'SET told = :at',
        ExpressionAttributeValues: { ':at': { N: String(at) }, ':since': { N: String(since) } },
      });
      return answer !== undefined;
    },
  };
}
