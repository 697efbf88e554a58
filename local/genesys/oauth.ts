import { randomBytes, randomUUID } from 'node:crypto';

import type { Answer } from '../http/answer.ts';
import type { GuestRecord } from './guest-record.ts';
import type { OrgState } from './state.ts';

export interface OAuthClient {
  clientId: string;
  clientSecret: string;
  /** What its tokens may do: the thread's scopes and the published API's permissions, in one list. */
  scopes: string[];
}

/** Who sends a request, by its Authorization header. */
export type Caller =
  | { kind: 'none' | 'basic' | 'unknown' }
  | { kind: 'guest'; guest: GuestRecord }
  | { kind: 'service'; client: OAuthClient };

export interface OAuth {
  /** Gives a new client just these scopes. */
  createClient(scopes: string[]): OAuthClient;
  client(clientId: string): OAuthClient | undefined;
  /** Answers a login with 200 and a token, or 400 in OAuth's own error form. */
  login(authorization: string | undefined, form: string): Answer;
  identify(authorization: string | undefined): Caller;
  /** Makes every access token unknown; answers how many there were. */
  revoke(): number;
}

/** The default validity of a client's tokens, in seconds (`accessTokenValiditySeconds`). */
const EXPIRES_IN = 86_400;
const DEFAULT_SCOPES = ['conversation:write', 'conversation:communication:view'];

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

/** The org's OAuth clients and the access tokens they were given. */
export function makeOAuth(
  first: { clientId: string; clientSecret: string },
  state: Pick<OrgState, 'guestByToken'>,
): OAuth {
  const clients = new Map<string, OAuthClient>([[first.clientId, { ...first, scopes: DEFAULT_SCOPES }]]);
  const tokens = new Map<string, OAuthClient>();

  return {
    createClient(scopes) {
      const client = {
        clientId: randomUUID(),
        clientSecret: randomBytes(24).toString('base64url'),
        scopes,
      };
      clients.set(client.clientId, client);
      return client;
    },
    client: (clientId) => clients.get(clientId),
    login(authorization, form) {
      const { clientId, clientSecret } = basicOf(authorization);
      const client = clients.get(clientId);
      if (client?.clientSecret !== clientSecret)
        return oauthError(400, 'invalid_client', 'client not found or wrong secret');
      if (new URLSearchParams(form).get('grant_type') !== 'client_credentials') {
        return oauthError(400, 'unsupported_grant_type', 'only grant_type=client_credentials is offered');
      }
      const token = randomBytes(48).toString('base64url');
      tokens.set(token, client);
      return { status: 200, body: { access_token: token, token_type: 'bearer', expires_in: EXPIRES_IN } };
    },
    identify(authorization = '') {
      if (/^basic /i.test(authorization)) return { kind: 'basic' };
      const token = credentialOf(authorization);
      if (!/^bearer /i.test(authorization) || token === '') return { kind: 'none' };
      const client = tokens.get(token);
      if (client !== undefined) return { kind: 'service', client };
      const guest = state.guestByToken(token);
      return guest === undefined ? { kind: 'unknown' } : { kind: 'guest', guest };
    },
    revoke() {
      const { size } = tokens;
      tokens.clear();
      return size;
    },
  };
}
