import { CompactEncrypt } from 'jose';
import * as z from 'zod';
import { FrameError, unavailable } from './errors.ts';
import type { Answer, SendHttp } from './http.ts';
import { digest, openSealed, type TicketKeys } from './session.ts';
import type { Settings } from './settings.ts';
import type { Table } from './table.ts';

export const oauthClient = z.object({ clientId: z.string().min(1), clientSecret: z.string().min(1) });
type OAuthClient = z.infer<typeof oauthClient>;

const accessToken = z.object({ value: z.string(), endsAt: z.number() });
type AccessToken = z.infer<typeof accessToken>;

const login = z.object({ access_token: z.string(), expires_in: z.number().default(86_400) });

const rateLimit = z.object({
  count: z.coerce.number().int(),
  allowed: z.coerce.number().int().positive(),
  reset: z.coerce.number().int(),
});

const parsed = (body: string): unknown => (body === '' ? undefined : JSON.parse(body));

/** A token that ends sooner is not used. */
const UNUSED_BEFORE_MS = 5_000;

/** What is left of a minute's requests, as a share of what is allowed, from which on "on"s are spared. */
const SHORT = 1 / 5;
const SPENT = 1 / 20;

export interface ApiCall {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  /** A token of the session's own. */
  bearer?: string | undefined;
}

export interface GenesysPorts {
  settings: Settings;
  table: Table;
  keys: () => Promise<TicketKeys>;
  client: () => Promise<OAuthClient>;
  send: SendHttp;
}

export interface Genesys {
  /** @throws FrameError */
  call: (call: ApiCall, deadline: number) => Promise<unknown>;
  /** Whether the requests run out: then an "on" is spared. */
  isShort: (refresh: boolean) => boolean;
}

/** Calls the platform API, with one token for all environments. */
export function makeGenesys({ settings, table, keys, client, send }: GenesysPorts): Genesys {
  let held: AccessToken | undefined;
  let budget = { left: 1, resetsAt: 0 };
  let quietUntil = 0;

  async function logIn({ clientId, clientSecret }: OAuthClient): Promise<AccessToken> {
    const { status, body } = await send({
      method: 'POST',
      url: `${settings.GENESYS_LOGIN_URL}/oauth/token`,
      headers: {
        Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
      timeoutMs: 3_000,
    });
    if (status !== 200) throw new FrameError('upstream_rejected', 'Genesys refused the OAuth client.');
    const { access_token: value, expires_in } = login.parse(JSON.parse(body));
    return { value, endsAt: Date.now() + expires_in * 1_000 };
  }

  /** @param refused is not taken again */
  async function getToken(refused?: string): Promise<AccessToken> {
    const isUsable = (token: AccessToken): boolean =>
      token.value !== refused && token.endsAt - Date.now() > UNUSED_BEFORE_MS;
    if (held && isUsable(held)) return held;
    const [current, credentials] = await Promise.all([keys(), client()]);
    const name = digest(['usual', credentials.clientId, settings.GENESYS_LOGIN_URL]);
    const shared = await table.readToken(name);
    const found = shared === undefined ? undefined : accessToken.safeParse(await openSealed(current, shared));
    if (found?.success && isUsable(found.data)) return (held = found.data);
    const token = await logIn(credentials);
    const sealed = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(token)))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: current.kid })
      .encrypt(new Uint8Array(Buffer.from(current.key, 'hex')));
    await table.shareToken(name, sealed, Math.ceil(token.endsAt / 1_000));
    return (held = token);
  }

  function note({ header }: Answer): void {
    const limit = rateLimit.safeParse({
      count: header('inin-ratelimit-count'),
      allowed: header('inin-ratelimit-allowed'),
      reset: header('inin-ratelimit-reset'),
    });
    if (!limit.success) return;
    const { count, allowed, reset } = limit.data;
    budget = { left: (allowed - count) / allowed, resetsAt: Date.now() + reset * 1_000 };
  }

  async function attempt({ method, path, body }: ApiCall, token: string, deadline: number): Promise<Answer> {
    return send({
      method,
      url: settings.GENESYS_API_URL + path,
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        Accept: 'application/json',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      timeoutMs: Math.max(1, deadline - Date.now()),
    }).catch((error: unknown) => {
      throw unavailable(error);
    });
  }

  async function attemptAsService(call: ApiCall, deadline: number): Promise<Answer> {
    if (quietUntil > Date.now())
      throw new FrameError('upstream_rate_limited', 'Wait.', { retryAfterMs: quietUntil - Date.now() });
    const token = await getToken();
    let answer = await attempt(call, token.value, deadline);
    if (answer.status === 401) answer = await attempt(call, (await getToken(token.value)).value, deadline);
    note(answer);
    return answer;
  }

  return {
    async call(call, deadline) {
      const { bearer } = call;
      const answer = await (bearer === undefined
        ? attemptAsService(call, deadline)
        : attempt(call, bearer, deadline));
      const { status, body, header } = answer;
      if (status >= 200 && status < 300) return parsed(body);
      if (status === 429) {
        const retryAfterMs = Number(header('retry-after') ?? 1) * 1_000;
        quietUntil = Date.now() + retryAfterMs;
        throw new FrameError('upstream_rate_limited', 'Wait.', { retryAfterMs });
      }
      if (status >= 500) throw unavailable(new Error(`status ${status}`));
      throw new FrameError('upstream_rejected', `Genesys refused it with ${status}.`);
    },

    isShort: (refresh) => budget.resetsAt > Date.now() && budget.left <= (refresh ? SHORT : SPENT),
  };
}
