import * as z from 'zod/mini';
import { seal, unseal } from '../relay/seal.ts';
import { TicketError } from '../relay/ticket-error.ts';
import type { TicketKeys } from '../relay/ticket-keys.ts';
import { AwsError, type CallAws } from './aws.ts';
import { ITEM_KEYS } from './item-keys.ts';
import { type AccessToken, accessToken } from './login.ts';
import type { SharedPause } from './login-pause.ts';
import type { Secret } from './secrets.ts';
import { withKeys } from './sessions.ts';

/** What environments share of an OAuth client: its token, who may log in, and whether a login makes sense. */
export interface SharedToken {
  /** Counts the changes: a change is made to what was read, or not at all. 0 where there is nothing yet. */
  version: number;
  token?: AccessToken | undefined;
  /** Until when somebody else logs in; epoch milliseconds. */
  leasedUntil?: number | undefined;
  pause?: SharedPause | undefined;
}

/** @throws Error from each operation when it cannot be reached */
export interface TokenStore {
  /** @param client names the OAuth client */
  read: (client: string) => Promise<SharedToken>;
  /** Takes the lease. @param until epoch milliseconds @returns false when `version` is no longer the last */
  lease: (client: string, version: number, until: number) => Promise<boolean>;
  /** Shares a token. @returns false when `version` is no longer the last */
  share: (client: string, version: number, token: AccessToken) => Promise<boolean>;
  /** Notes that the login was refused, and ends the lease; nothing when `version` is no longer the last. */
  pause: (client: string, version: number, pause: SharedPause) => Promise<void>;
}

const number = z.optional(z.object({ N: z.string() }));
const text = z.optional(z.object({ S: z.string() }));
const found = z.object({
  Item: z.optional(
    z.object({ version: number, sealed: text, leasedUntil: number, pausedUntil: number, refused: text }),
  ),
});

type Attributes = Record<string, { N: string } | { S: string }>;
const num = (value: number): { N: string } => ({ N: String(value) });
const inSeconds = (ms: number): { N: string } => num(Math.ceil(ms / 1000));

/** Keeps what is shared in one item for each OAuth client; the token is sealed with the ticket keys. */
export function makeTokenTable(call: CallAws, tableName: string, keys: Secret<TicketKeys>): TokenStore {
  const key = (client: string) => ({
    TableName: tableName,
    Key: { pk: { S: `${ITEM_KEYS.token}${client}` }, sk: { S: 'token' } },
  });

  /** Sets some attributes and removes others. @returns false when `version` is no longer the last */
  async function change(
    client: string,
    version: number,
    set: Attributes,
    ...remove: string[]
  ): Promise<boolean> {
    const names = Object.keys(set);
    try {
      await call('UpdateItem', {
        ...key(client),
        ConditionExpression: version === 0 ? 'attribute_not_exists(version)' : 'version = :seen',
        UpdateExpression:
          `SET version = :next, ${names.map((name) => `${name} = :${name}`).join(', ')}` +
          (remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''),
        ExpressionAttributeValues: {
          ':next': num(version + 1),
          ...(version !== 0 && { ':seen': num(version) }),
          ...Object.fromEntries(names.map((name) => [`:${name}`, set[name]])),
        },
      });
      return true;
    } catch (error) {
      if (error instanceof AwsError && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }

  /** One that cannot be opened, as its key was taken away, is as good as none. @throws Error when there are no keys */
  async function open(sealed: string): Promise<AccessToken | undefined> {
    try {
      return accessToken.safeParse(await withKeys(keys, (current) => unseal(current, 'token', sealed))).data;
    } catch (error) {
      if (error instanceof TicketError) return undefined;
      throw error;
    }
  }

  return {
    async read(client) {
      const answer = found.parse(await call('GetItem', { ...key(client), ConsistentRead: true }));
      const { version, sealed, leasedUntil, pausedUntil, refused } = answer.Item ?? {};
      return {
        version: Number(version?.N ?? 0),
        token: sealed && (await open(sealed.S)),
        leasedUntil: leasedUntil && Number(leasedUntil.N),
        pause: pausedUntil && { until: Number(pausedUntil.N), refused: refused?.S },
      };
    },

    lease: (client, version, until) =>
      change(
        client,
        version,
        { leasedUntil: num(until), expiresAt: inSeconds(until) },
        'pausedUntil',
        'refused',
      ),

    async share(client, version, token) {
      const sealed = { S: seal(await keys.get(), 'token', token) };
      return change(client, version, { sealed, expiresAt: inSeconds(token.endsAt) });
    },

    async pause(client, version, { until, refused }) {
      const why = refused !== undefined && { refused: { S: refused } };
      await change(
        client,
        version,
        { pausedUntil: num(until), expiresAt: inSeconds(until), ...why },
        'leasedUntil',
      );
    },
  };
}
