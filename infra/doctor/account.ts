import * as z from 'zod';
import { type GenesysApi, makeGenesysApi } from '../../functions/ports/genesys-api.ts';
import type { HttpAnswer, SendHttp } from '../../functions/ports/http.ts';
import { type AccessToken, makeLogin, type OAuthClient } from '../../functions/ports/login.ts';
import type { OrgToken } from '../../functions/ports/org-token.ts';
import { failed, type Finding } from './findings.ts';
import type { DoctorPorts } from './ports.ts';
import type { Target } from './target.ts';

/** The OAuth client: whether it logs in, what its token is, and how many requests it has left. */

export interface Account {
  /** Calls as the OAuth client, or with a token of the call's own. */
  api: GenesysApi;
  check: () => Promise<Finding[]>;
}

type AccountPorts = Pick<DoctorPorts, 'http' | 'now' | 'limitMs' | 'keepSecret'>;

/** Developer-center-blog, 2021-05-06-sdk-config-and-logging: requests, requests, seconds. */
const rateLimit = z.object({
  'inin-ratelimit-count': z.coerce.number(),
  'inin-ratelimit-allowed': z.coerce.number(),
  'inin-ratelimit-reset': z.coerce.number(),
});

/** TokenInfo: every field is optional (platform-client-sdk-javascript, index.d.ts). */
const named = z.object({ id: z.string().optional(), name: z.string().optional() }).optional();
const tokenInfo = z.object({
  organization: named,
  OAuthClient: z
    .object({ name: z.string().optional(), authorizedGrantType: z.string().optional() })
    .optional(),
});

export function makeAccount(target: Target, client: OAuthClient | undefined, ports: AccountPorts): Account {
  const { now, limitMs } = ports;
  let headers: HttpAnswer['headers'] = {};
  const http: SendHttp = async (request) => {
    const answer = await ports.http(request);
    if (request.url.startsWith(`${target.apiUrl}/api/`)) headers = answer.headers;
    return answer;
  };
  const token = makeToken(target, client, { ...ports, http });
  const api = makeGenesysApi({ apiUrl: target.apiUrl, token, http, now });

  async function describeToken(): Promise<Finding> {
    const names = { check: 'token', subject: 'access token' } as const;
    try {
      const call = { method: 'GET', path: '/api/v2/tokens/me', permission: 'none' } as const;
      const { organization, OAuthClient } = tokenInfo.parse(await api.call(call, now() + limitMs));
      const org = organization?.name ?? 'unnamed';
      const grant = OAuthClient?.authorizedGrantType ?? null;
      const says = `Valid. Org ${quoted(org)}, client ${quoted(OAuthClient?.name ?? 'unnamed')}, grant ${grant ?? 'not told'}.`;
      const facts = { organization: org, organizationId: organization?.id ?? null, grantType: grant };
      return { ...names, state: 'ok', says, facts };
    } catch (error) {
      return failed(names, error);
    }
  }

  return {
    api,
    async check() {
      if (client === undefined) return [];
      const login = { check: 'login', subject: 'OAuth client' } as const;
      try {
        await token.get(now() + limitMs);
      } catch (error) {
        return [failed(login, error)];
      }
      const info = await describeToken();
      return [{ ...login, state: 'ok', says: 'Its client credentials are taken.' }, info, budgetOf(headers)];
    },
  };
}

const quoted = (text: string): string => `"${text}"`;

/** One login for all calls, and one more after a 401. A login that was refused is not tried again. */
function makeToken(
  { loginUrl }: Target,
  client: OAuthClient | undefined,
  { http, now, keepSecret }: AccountPorts,
): OrgToken {
  const login = makeLogin({ loginUrl, http, now });
  let held: Promise<AccessToken> | undefined;
  const get: OrgToken['get'] = async (deadline) => {
    if (client === undefined) throw new Error('No OAuth client was given.');
    const token = await (held ??= login(client, deadline));
    keepSecret(token.value);
    return token;
  };
  return {
    get,
    replace(_refused, deadline) {
      held = undefined;
      return get(deadline);
    },
  };
}

/** Below a fifth the relay begins to drop refreshes (functions/ports/api-budget.ts). */
const SHORT = 1 / 5;

function budgetOf(headers: HttpAnswer['headers']): Finding {
  const names = { check: 'budget', subject: 'requests' } as const;
  const parsed = rateLimit.safeParse(headers);
  if (!parsed.success) return { ...names, state: 'note', says: 'Genesys did not tell how many are left.' };
  const {
    'inin-ratelimit-count': count,
    'inin-ratelimit-allowed': allowed,
    'inin-ratelimit-reset': reset,
  } = parsed.data;
  const short = (allowed - count) / allowed <= SHORT;
  const says =
    `${count} of ${allowed} used (inin-ratelimit-count, -allowed); anew in ${reset} s.` +
    (short ? ' So few left, the relay drops refreshes: who else uses this OAuth client?' : '');
  return { ...names, state: short ? 'note' : 'ok', says, facts: { count, allowed, resetSeconds: reset } };
}
