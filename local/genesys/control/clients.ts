import * as z from 'zod/mini';

import type { Answer } from '../../http/answer.ts';
import type { OAuthClient } from '../oauth.ts';
import type { Call, ControlPorts, ControlRoute } from './call.ts';
import { known, ok, parse } from './call.ts';

const scopes = z.array(z.string().check(z.minLength(1)));
const limits = {
  requestsPerMinute: z.optional(z.int().check(z.gte(0))),
  expiresIn: z.optional(z.int().check(z.gte(0))),
};
const newClient = z.strictObject({ scopes, ...limits });
const clientChange = z.strictObject({ scopes: z.optional(scopes), ...limits });

export const clientRoutes: readonly ControlRoute[] = [
  { method: 'POST', path: '/control/clients', handle: createClient },
  {
    method: 'GET',
    path: '/control/clients',
    handle: (_call, { oauth }) => ok({ clients: oauth.clients().map(described) }),
  },
  { method: 'PUT', path: '/control/clients/:clientId', handle: changeClient },
  { method: 'POST', path: '/control/user-tokens', handle: createUserToken },
  {
    method: 'POST',
    path: '/control/tokens/revoke',
    handle: (_call, { oauth }) => ok({ revoked: oauth.revoke() }),
  },
];

type Limits = Pick<OAuthClient, 'requestsPerMinute' | 'expiresIn'>;

function defined({ requestsPerMinute, expiresIn }: { [K in keyof Limits]: Limits[K] | undefined }): Limits {
  return {
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(expiresIn !== undefined && { expiresIn }),
  };
}

function described({ clientId, scopes: its, ...rest }: OAuthClient): object {
  return {
    clientId,
    scopes: its,
    ...defined({ requestsPerMinute: undefined, expiresIn: undefined, ...rest }),
  };
}

function createClient({ body }: Call, { oauth }: ControlPorts): Answer {
  const { scopes: its, ...change } = parse(newClient, body);
  return { status: 201, body: oauth.createClient(its, defined(change)) };
}

function createUserToken({ body }: Call, { oauth }: ControlPorts): Answer {
  const { scopes: its, ...change } = parse(newClient, body);
  return { status: 201, body: { accessToken: oauth.createUserToken(its, defined(change)) } };
}

function changeClient({ params, body }: Call, { oauth }: ControlPorts): Answer {
  const client = known(oauth.client(params.get('clientId') ?? ''), 'such client');
  const { scopes: its, ...change } = parse(clientChange, body);
  if (its !== undefined) client.scopes = its;
  Object.assign(client, defined(change));
  if (change.requestsPerMinute !== undefined) oauth.restartQuotas(client);
  return ok(described(client));
}
