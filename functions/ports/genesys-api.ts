import * as z from 'zod/mini';
import { RelayError, unavailable } from '../relay/errors.ts';
import type { Secret } from './secrets.ts';
import { type HttpAnswer, retryAfterMs, type SendHttp, tryJson } from './http.ts';

/** A call to the platform API: `path` begins with `/api/v2/`. A `guestToken` stands in for the service account. */
export interface ApiCall {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  guestToken?: string | undefined;
}

export interface GenesysApi {
  /**
   * Makes a call and resolves with its parsed answer.
   * @param deadline epoch milliseconds, for all of it: login, call, and the one renewal of a token
   * @throws RelayError with a reason that somebody can act on
   */
  call: (call: ApiCall, deadline: number) => Promise<unknown>;
  /** Logs in and opens the connection to the API, so that the first message need not. @throws RelayError */
  warmUp: (deadline: number) => Promise<void>;
}

/** The OAuth client, as its secret holds it: a client-credentials grant. */
export const oauthClient = z.object({
  clientId: z.string().check(z.minLength(1)),
  clientSecret: z.string().check(z.minLength(1)),
});
export type OAuthClient = z.infer<typeof oauthClient>;

export interface GenesysApiPorts {
  /** `https://api.{domain}` and `https://login.{domain}`; the apex is neither. */
  apiUrl: string;
  loginUrl: string;
  credentials: Secret<OAuthClient>;
  http: SendHttp;
  now: () => number;
}

const tokenAnswer = z.object({ access_token: z.string(), expires_in: z.optional(z.number()) });

/** `missing.any.permissions`: words and dots, and nothing that could be a token, since it goes into the log. */
const errorCode = z.catch(
  z.optional(z.string().check(z.regex(/^[a-z]{1,40}(\.[a-z]{1,40}){0,6}$/))),
  undefined,
);

/** Genesys' ids for their support. */
const correlation = z.catch(z.optional(z.string().check(z.regex(/^[\w-]{1,64}$/))), undefined);

/** Platform-client-sdk-javascript, index.d.ts: ErrorBody. Every field is optional. */
const errorBody = z.object({
  code: errorCode,
  contextId: correlation,
  messageParams: z.optional(z.record(z.string(), z.unknown())),
});

/** A token is renewed this long before its end. */
const RENEW_BEFORE_MS = 60_000;

/** Genesys' default: https://developer.genesys.cloud/authorization/platform-auth/use-client-credentials */
const DEFAULT_TOKEN_LIFE_S = 86_400;

/** After a refused login, how long nobody tries again: the login's own rate limit is low. */
const LOGIN_PAUSE_MS = 5_000;

/** Calls the Genesys Cloud platform API with one token per environment, or with the guest's own. */
export function makeGenesysApi(ports: GenesysApiPorts): GenesysApi {
  const { apiUrl, http, now } = ports;
  let token: { value: Promise<string>; endsAt: number } | undefined;
  /** What the service account was refused with, and until when asking again would only use up its budget. */
  let pause: { until: number; error: RelayError } | undefined;

  function remember(error: unknown): never {
    if (error instanceof RelayError && error.code !== 'upstream_unavailable') {
      pause = { until: now() + (error.retryAfterMs ?? LOGIN_PAUSE_MS), error };
    }
    throw error;
  }

  function serviceToken(deadline: number): Promise<string> {
    if (token && token.endsAt > now() + RENEW_BEFORE_MS) return token.value;
    const mine = { value: Promise.resolve(''), endsAt: Infinity };
    mine.value = login(ports, deadline).then(
      ({ access_token, expires_in = DEFAULT_TOKEN_LIFE_S }) => {
        mine.endsAt = now() + expires_in * 1000;
        return access_token;
      },
      (error: unknown) => {
        if (token === mine) token = undefined;
        return remember(error);
      },
    );
    token = mine;
    return mine.value;
  }

  async function attempt(call: ApiCall, deadline: number): Promise<HttpAnswer> {
    const bearer = call.guestToken ?? (await serviceToken(deadline));
    const { method, path, body } = call;
    return http({
      method,
      url: apiUrl + path,
      headers: {
        Authorization: `Bearer ${bearer}`,
        'Content-Type': 'application/json',
        Accept: 'application/json',
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      deadline,
    }).catch((error: unknown) => {
      throw unavailable(error);
    });
  }

  async function callAsService(call: ApiCall, deadline: number): Promise<unknown> {
    if (pause && pause.until > now()) throw stillRefused(pause.error, pause.until - now());
    let answer = await attempt(call, deadline);
    if (answer.status === 401) {
      token = undefined;
      answer = await attempt(call, deadline);
    }
    if (answer.status === 429) remember(refusal(answer, call));
    return read(answer, call);
  }

  return {
    async call(call, deadline) {
      if (call.guestToken === undefined) return callAsService(call, deadline);
      return read(await attempt(call, deadline), call);
    },
    async warmUp(deadline) {
      await attempt({ method: 'GET', path: '/api/v2/tokens/me' }, deadline);
    },
  };
}

/** The same refusal again, with what is left of its time. */
function stillRefused({ code, message, reason, retryAfterMs }: RelayError, left: number): RelayError {
  return new RelayError(code, message, {
    ...(reason !== undefined && { reason }),
    ...(retryAfterMs !== undefined && { retryAfterMs: left }),
  });
}

type TokenAnswer = z.infer<typeof tokenAnswer>;

/** Logs in; once more with what the secret holds now when the client was refused, as it may have been corrected. */
async function login(ports: GenesysApiPorts, deadline: number): Promise<TokenAnswer> {
  try {
    return await loginOnce(ports, deadline);
  } catch (error) {
    const refused = error instanceof RelayError && error.reason === 'bad_credentials';
    if (!refused || !(await ports.credentials.refresh())) throw error;
    return loginOnce(ports, deadline);
  }
}

async function loginOnce(ports: GenesysApiPorts, deadline: number): Promise<TokenAnswer> {
  const { clientId, clientSecret } = await ports.credentials.get().catch((cause: unknown) => {
    throw new RelayError('upstream_rejected', NO_CLIENT, { reason: 'bad_credentials', cause });
  });
  const answer = await ports
    .http({
      method: 'POST',
      url: `${ports.loginUrl}/oauth/token`,
      headers: {
        Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
      deadline,
    })
    .catch((error: unknown) => {
      throw unavailable(error);
    });
  const parsed = tokenAnswer.safeParse(tryJson(answer.body));
  if (answer.status === 200 && parsed.success) return parsed.data;
  throw refusedLogin(answer);
}

const NO_CLIENT =
  'The relay has no usable OAuth client. Its operator must write clientId and clientSecret into the secret that the ' +
  'stack names as GenesysClientSecretName.';

function refusedLogin({ status, headers, body }: HttpAnswer): RelayError {
  const cause = new Error(`the login was answered with ${status}`);
  // The login's rate limit comes as a 400 (terraform-provider-genesyscloud, provider.go).
  if (status === 429 || (status === 400 && /rate limit/i.test(body))) {
    return rateLimited(headers, { cause });
  }
  if (status >= 500) return unavailable(cause);
  return new RelayError(
    'upstream_rejected',
    'Genesys refused the OAuth client. Its operator must check that the client exists, is active, has the grant type ' +
      'Client Credentials and belongs to the configured region.',
    { reason: 'bad_credentials', cause },
  );
}

/** A successful answer's JSON. @throws RelayError that says why there is none */
function read(answer: HttpAnswer, call: ApiCall): unknown {
  if (answer.status >= 200 && answer.status < 300) return tryJson(answer.body);
  throw refusal(answer, call);
}

function refusal({ status, headers, body }: HttpAnswer, call: ApiCall): RelayError {
  const error = errorBody.safeParse(tryJson(body)).data ?? {};
  const cause = new Error(`${call.method} was answered with ${status} ${error.code ?? ''}`.trim());
  const correlationId = error.contextId ?? correlation.parse(headers['inin-correlation-id']);
  const details = { cause, ...(correlationId !== undefined && { correlationId }) };
  if (status === 429) return rateLimited(headers, details);
  if (status >= 500 || status === 408) return unavailable(cause);
  const [reason, message] = explain(status, error, call);
  return new RelayError('upstream_rejected', message, { ...details, reason });
}

function rateLimited(
  headers: HttpAnswer['headers'],
  details: { cause: Error; correlationId?: string },
): RelayError {
  const message = 'Genesys allows no more calls for now. Wait before typing again.';
  return new RelayError('upstream_rate_limited', message, {
    ...details,
    retryAfterMs: retryAfterMs(headers['retry-after']),
  });
}

type Explanation = [NonNullable<RelayError['reason']>, string];

/** What a refusal means and what to change about it. */
function explain(status: number, error: z.infer<typeof errorBody>, call: ApiCall): Explanation {
  const asGuest = call.guestToken !== undefined;
  switch (status) {
    case 401:
      return asGuest
        ? [
            'bad_credentials',
            "Genesys does not accept this guest's token; it may have expired. Get a new ticket.",
          ]
        : [
            'bad_credentials',
            'Genesys does not accept the access token it has just issued to the OAuth client.',
          ];
    case 403:
      return ['missing_permission', missingPermission(error, asGuest)];
    case 404:
      return error.code === 'conversation.error.not.conversation.participant'
        ? ['participant_mismatch', 'This participant does not belong to this conversation.']
        : [
            'conversation_not_found',
            'No such conversation in this org, or it lies outside the divisions of the OAuth client.',
          ];
    case 405:
      return [
        'method_not_allowed',
        'This org does not offer this call (405), which the published API does not have either. ' +
          'Use the upstream typing-frame with the socket URL of the guest.',
      ];
    default:
      return [
        'invalid_request',
        `Genesys refused the call with status ${status}. Check the ids in the ticket.`,
      ];
  }
}

/** `conversation:message:create`, or several: letters and colons, so that nothing else of an answer gets through. */
const PERMISSIONS = /^[a-z]+(:[a-z*]+)+(, ?[a-z]+(:[a-z*]+)+)*$/i;

function missingPermission({ messageParams }: z.infer<typeof errorBody>, asGuest: boolean): string {
  const named = z
    .string()
    .check(z.maxLength(200), z.regex(PERMISSIONS))
    .safeParse(messageParams?.['permissions']);
  const fallback = asGuest ? 'webmessaging:guest:write' : 'conversation:write';
  const owner = asGuest ? "the guest's token" : "the OAuth client's roles";
  return `Genesys refused this for lack of a permission: ${named.data ?? fallback}. Add it to ${owner}.`;
}
