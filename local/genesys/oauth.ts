import { randomBytes, randomUUID } from 'node:crypto';

import type { Answer } from '../http/answer.ts';
import type { Behaviour } from './behaviour.ts';
import type { GuestRecord } from './guest-record.ts';
import { PERMISSION } from './permissions.ts';
import type { Quota } from './quota.ts';
import { makeQuota } from './quota.ts';
import type { OrgState } from './state.ts';

export interface OAuthClient {
  clientId: string;
  clientSecret: string;
  /** What its tokens may do: the thread's scopes and the published API's permissions, in one list. */
  scopes: string[];
  /** Requests that each of its tokens may make in a minute; absent for Genesys' own number. */
  requestsPerMinute?: number;
  /** How long its next tokens are valid, in seconds (`accessTokenValiditySeconds`); absent for the default. */
  expiresIn?: number;
}

export interface AccessToken {
  readonly client: OAuthClient;
  /** By the org's clock, in milliseconds. */
  readonly expiresAt: number;
  readonly quota: Quota;
}

/** Who sends a request, by its Authorization header. */
export type Caller =
  | { kind: 'none' | 'basic' | 'unknown' }
  | { kind: 'guest'; guest: GuestRecord }
  /** With a user's token, or with one of client credentials. */
  | { kind: 'user' | 'service'; client: OAuthClient; token: AccessToken };

type ClientChange = Partial<Pick<OAuthClient, 'requestsPerMinute' | 'expiresIn'>>;

export interface OAuth {
  /** Gives a new client just these scopes. */
  createClient(scopes: string[], change?: ClientChange): OAuthClient;
  client(clientId: string): OAuthClient | undefined;
  clients(): OAuthClient[];
  /** Begins the minute of every token of a client anew. */
  restartQuotas(client: OAuthClient): void;
  /** A user's own access token with just these scopes, as an agent's client gets by other grants. */
  createUserToken(scopes: string[], change?: ClientChange): string;
  /** Answers a login with 200 and a token, or 400 in OAuth's own error form. */
  login(authorization: string | undefined, form: string): Answer;
  identify(authorization: string | undefined): Caller;
  /** Makes every access token unknown; answers how many there were. */
  revoke(): number;
}

/** The default validity of a client's tokens, in seconds (§4.2). */
const EXPIRES_IN = 86_400;
/** What the relay's service account may do: enough for every upstream, and for a check of the org's settings. */
const DEFAULT_SCOPES = Object.values(PERMISSION);

/** The credential of an Authorization header, or an empty string. */
export function credentialOf(authorization = ''): string {
  return authorization.slice(authorization.indexOf(' ') + 1).trim();
}

/** The login endpoint does not answer with ErrorBody but as OAuth does. */
export function oauthError(status: number, error: string, description: string): Answer {
  return { status, body: { error, description, error_description: description } };
}

/** The pair of a Basic header; empty ones when there is none. */
function basicOf(authorization = ''): { clientId: string; clientSecret: string } {
  const pair = Buffer.from(
    /^basic /i.test(authorization) ? credentialOf(authorization) : '',
    'base64',
  ).toString();
  const [clientId = '', ...rest] = pair.split(':');
  return { clientId, clientSecret: rest.join(':') };
}

interface OAuthPorts {
  state: Pick<OrgState, 'guestByToken'>;
  behaviour: Pick<Behaviour, 'loginsPerMinute'>;
  now: () => number;
}

/** The org's OAuth clients and the access tokens they were given. */
export function makeOAuth(
  first: { clientId: string; clientSecret: string },
  { state, behaviour, now }: OAuthPorts,
): OAuth {
  const clients = new Map<string, OAuthClient>([[first.clientId, { ...first, scopes: DEFAULT_SCOPES }]]);
  const logins = new Map<string, Quota>();
  const tokens = new Map<string, AccessToken & { kind: 'user' | 'service' }>();

  const newClient = (scopes: string[], change: ClientChange = {}): OAuthClient => ({
    clientId: randomUUID(),
    clientSecret: randomBytes(24).toString('base64url'),
    scopes,
    ...change,
  });
  const issue = (kind: 'user' | 'service', client: OAuthClient): string => {
    const token = randomBytes(48).toString('base64url');
    const expiresAt = now() + 1000 * (client.expiresIn ?? EXPIRES_IN);
    tokens.set(token, { kind, client, expiresAt, quota: makeQuota(now) });
    return token;
  };
  const loginLimited = ({ clientId }: OAuthClient): boolean => {
    const { loginsPerMinute } = behaviour;
    if (loginsPerMinute === null) return false;
    const quota = logins.get(clientId) ?? makeQuota(now);
    logins.set(clientId, quota);
    return quota.spend(loginsPerMinute).over;
  };

  return {
    createClient(scopes, change) {
      const client = newClient(scopes, change);
      clients.set(client.clientId, client);
      return client;
    },
    client: (clientId) => clients.get(clientId),
    clients: () => [...clients.values()],
    restartQuotas(client) {
      for (const token of tokens.values()) if (token.client === client) token.quota.restart();
    },
    createUserToken: (scopes, change) => issue('user', newClient(scopes, change)),
    login(authorization, form) {
      const { clientId, clientSecret } = basicOf(authorization);
      const client = clients.get(clientId);
      if (client?.clientSecret !== clientSecret)
        return oauthError(400, 'invalid_client', 'client not found or wrong secret');
      if (loginLimited(client)) {
        // A 400 and no 429, as terraform-provider-genesyscloud has to know (§4.1).
        return oauthError(400, 'invalid_request', 'rate limit exceeded; too many logins in the last minute');
      }
      if (new URLSearchParams(form).get('grant_type') !== 'client_credentials') {
        return oauthError(400, 'unsupported_grant_type', 'only grant_type=client_credentials is offered');
      }
      const token = issue('service', client);
      const expiresIn = client.expiresIn ?? EXPIRES_IN;
      return { status: 200, body: { access_token: token, token_type: 'bearer', expires_in: expiresIn } };
    },
    identify(authorization = '') {
      if (/^basic /i.test(authorization)) return { kind: 'basic' };
      const bearer = credentialOf(authorization);
      if (!/^bearer /i.test(authorization) || bearer === '') return { kind: 'none' };
      const token = tokens.get(bearer);
      if (token !== undefined && now() < token.expiresAt) {
        return { kind: token.kind, client: token.client, token };
      }
      const guest = state.guestByToken(bearer);
      return guest === undefined ? { kind: 'unknown' } : { kind: 'guest', guest };
    },
    revoke() {
      const { size } = tokens;
      tokens.clear();
      return size;
    },
  };
}
