import * as z from 'zod/mini';
import { RelayError, unavailable } from '../relay/errors.ts';
import { rateLimited } from './genesys-refusals.ts';
import { type HttpAnswer, retryAfterMs, type SendHttp, tryJson } from './http.ts';

/** The OAuth client, as its secret holds it: a client-credentials grant. */
export const oauthClient = z.object({
  clientId: z.string().check(z.minLength(1)),
  clientSecret: z.string().check(z.minLength(1)),
});
export type OAuthClient = z.infer<typeof oauthClient>;

/** An access token, when it was asked for and when it ends; epoch milliseconds. */
export const accessToken = z.object({ value: z.string(), issuedAt: z.number(), endsAt: z.number() });
export type AccessToken = z.infer<typeof accessToken>;

/** Logs in once. @throws RelayError that says why there is no token */
export type Login = (client: OAuthClient, deadline: number) => Promise<AccessToken>;

export interface LoginPorts {
  /** `https://login.{domain}`; the apex is no login host. */
  loginUrl: string;
  http: SendHttp;
  now: () => number;
}

/** After a refused login, how long nobody tries again: the login's own rate limit is low. */
export const LOGIN_PAUSE_MS = 5_000;

/** Genesys' default: https://developer.genesys.cloud/authorization/platform-auth/use-client-credentials */
const DEFAULT_TOKEN_LIFE_S = 86_400;

const tokenAnswer = z.object({ access_token: z.string(), expires_in: z.optional(z.number()) });

export function makeLogin({ loginUrl, http, now }: LoginPorts): Login {
  return async ({ clientId, clientSecret }, deadline) => {
    // From before the question: an environment that is frozen meanwhile must not take the token for younger.
    const issuedAt = now();
    const answer = await http({
      method: 'POST',
      url: `${loginUrl}/oauth/token`,
      headers: {
        Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
      deadline,
    }).catch((error: unknown) => {
      throw unavailable(error);
    });
    const parsed = tokenAnswer.safeParse(tryJson(answer.body));
    if (answer.status !== 200 || !parsed.success) throw refusedLogin(answer);
    const { access_token: value, expires_in = DEFAULT_TOKEN_LIFE_S } = parsed.data;
    return { value, issuedAt, endsAt: issuedAt + expires_in * 1000 };
  };
}

function refusedLogin({ status, headers, body }: HttpAnswer): RelayError {
  const cause = new Error(`the login was answered with ${status}`);
  const retryAfter = headers['retry-after'];
  // The login's rate limit comes as a 400 (terraform-provider-genesyscloud, provider.go).
  if (status === 429 || (status === 400 && /rate limit/i.test(body))) {
    return rateLimited(retryAfter === undefined ? LOGIN_PAUSE_MS : retryAfterMs(retryAfter), { cause });
  }
  return status >= 500 ? unavailable(cause) : refusedClient(cause);
}

export function refusedClient(cause: Error): RelayError {
  return new RelayError(
    'upstream_rejected',
    'Genesys refused the OAuth client. Its operator must check that the client exists, is active, has the grant type ' +
      'Client Credentials and belongs to the configured region.',
    { reason: 'bad_credentials', cause },
  );
}

export function noClient(cause: unknown): RelayError {
  return new RelayError(
    'upstream_rejected',
    'The relay has no usable OAuth client. Its operator must write clientId and clientSecret into the secret that the ' +
      'stack names as GenesysClientSecretName.',
    { reason: 'bad_credentials', cause },
  );
}
