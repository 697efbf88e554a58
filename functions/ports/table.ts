import { CLOCK_TOLERANCE_S } from '../relay/constants.ts';
import { AwsError, type CallAws } from './aws.ts';
import { ITEM_KEYS } from './item-keys.ts';

/** The relay's one table: `pk` and `sk` are strings, `expiresAt` (epoch seconds) is its TTL. */
export interface Table {
  /**
   * Spends a ticket.
   * @param spender who spends it: a retry of the same one is not a second use
   * @param expiresAt the ticket's `exp`, epoch seconds: from then on the ticket is refused anyway
   * @returns false when it was spent before
   */
  spendTicket: (jti: string, spender: string, expiresAt: number) => Promise<boolean>;
}

/** @throws AwsError or Error from each operation when the table cannot be reached */
export function makeTable(call: CallAws, tableName: string): Table {
  return {
    async spendTicket(jti, spender, expiresAt) {
      try {
        await call('PutItem', {
          TableName: tableName,
          Item: {
            pk: { S: `${ITEM_KEYS.ticket}${jti}` },
            sk: { S: 'spent' },
            spender: { S: spender },
            // Kept a little longer than the ticket can be opened, whatever the clocks say.
            expiresAt: { N: String(Math.ceil(expiresAt) + 2 * CLOCK_TOLERANCE_S) },
          },
          ConditionExpression: 'attribute_not_exists(pk) OR spender = :spender',
          ExpressionAttributeValues: { ':spender': { S: spender } },
        });
        return true;
      } catch (error) {
        if (error instanceof AwsError && error.name === 'ConditionalCheckFailedException') return false;
        throw error;
      }
    },
  };
}
