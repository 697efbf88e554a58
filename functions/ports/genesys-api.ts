import { type RelayError, unavailable } from '../relay/errors.ts';
import type { Budget } from '../relay/delivery.ts';
import { makeApiBudget } from './api-budget.ts';
import { type ApiCall, refusal, stillRefused } from './genesys-refusals.ts';
import { type HttpAnswer, type SendHttp, tryJson } from './http.ts';
import type { AccessToken } from './login.ts';
import type { OrgToken } from './org-token.ts';

export interface GenesysApi {
  /**
   * Makes a call and resolves with its parsed answer.
   * @param deadline epoch milliseconds, for all of it: login, call, and the one renewal of a token
   * @throws RelayError with a reason that somebody can act on
   */
  call: (call: ApiCall, deadline: number) => Promise<unknown>;
  /** What is left of the service account's requests, as far as this environment was told. */
  budget: () => Budget;
  /** Gets the token and opens the connection to the API, so that the first message need not. @throws RelayError */
  warmUp: (deadline: number) => Promise<void>;
}

export interface GenesysApiPorts {
  /** `https://api.{domain}`; the apex is no API host. */
  apiUrl: string;
  token: OrgToken;
  http: SendHttp;
  now: () => number;
}

/** Calls the Genesys Cloud platform API as the service account, or with a session's own token. */
export function makeGenesysApi({ apiUrl, token, http, now }: GenesysApiPorts): GenesysApi {
  const budget = makeApiBudget(now);
  /** The last 429, and until when asking again would only be one more. */
  let pause: { until: number; error: RelayError } | undefined;

  async function attempt(call: ApiCall, bearer: string, deadline: number): Promise<HttpAnswer> {
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

  async function attemptAsService(
    call: ApiCall,
    { value }: AccessToken,
    deadline: number,
  ): Promise<HttpAnswer> {
    budget.use(value);
    const answer = await attempt(call, value, deadline);
    budget.note(value, answer.headers);
    return answer;
  }

  async function askAsService(call: ApiCall, deadline: number): Promise<HttpAnswer> {
    if (pause && pause.until > now()) throw stillRefused(pause.error, pause.until - now());
    const began = now();
    let bearer = await token.get(deadline);
    let answer = await attemptAsService(call, bearer, deadline);
    // Once; and once more where the other that was found is from before too, so that it may be just as void.
    for (let again = 0; again < 2 && answer.status === 401; again++) {
      if (again > 0 && bearer.issuedAt >= began) break;
      bearer = await token.replace(bearer, deadline);
      answer = await attemptAsService(call, bearer, deadline);
    }
    if (answer.status === 429) {
      const error = refusal(answer, call);
      pause = { until: now() + (error.retryAfterMs ?? 0), error };
    }
    return answer;
  }

  return {
    async call(call, deadline) {
      const { bearer } = call;
      const answer = await (bearer ? attempt(call, bearer.token, deadline) : askAsService(call, deadline));
      if (answer.status >= 200 && answer.status < 300) return tryJson(answer.body);
      throw refusal(answer, call);
    },

    budget() {
      const pausedForMs = (pause?.until ?? 0) - now();
      return pausedForMs > 0 ? { level: 'spent', resetsInMs: pausedForMs } : budget.read();
    },

    async warmUp(deadline) {
      await askAsService({ method: 'GET', path: '/api/v2/tokens/me', permission: 'none' }, deadline);
    },
  };
}
