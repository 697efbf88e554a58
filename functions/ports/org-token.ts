import { describe, RelayError } from '../relay/errors.ts';
import { type AccessToken, type Login, noClient, type OAuthClient } from './login.ts';
import { makeLoginPause } from './login-pause.ts';
import type { Secret } from './secrets.ts';
import { LEASE_MS, makeSharedLogin } from './shared-login.ts';
import type { TokenStore } from './token-table.ts';

/**
 * The access token of the service account: one for all environments, because Genesys counts requests by token and
 * limits logins. While it lives, it is in memory, and having it takes no call.
 */
export interface OrgToken {
  /** @param deadline epoch milliseconds @throws RelayError */
  get: (deadline: number) => Promise<AccessToken>;
  /** Another than the one that was refused. @throws RelayError */
  replace: (refused: AccessToken, deadline: number) => Promise<AccessToken>;
}

export interface OrgTokenPorts {
  store: TokenStore;
  credentials: Secret<OAuthClient>;
  login: Login;
  /** Where `login` does. */
  loginUrl: string;
  now: () => number;
  wait: (ms: number) => Promise<void>;
  warn: (code: string, fields: Record<string, unknown>) => void;
}

/** A token is renewed this long before its end: a fifth of the shortest life that a client's tokens may have. */
export const RENEW_BEFORE_MS = 60_000;

/** A token that ends sooner is not used: a message may take 3 s, and clocks differ. */
export const UNUSED_BEFORE_MS = 5_000;

export function makeOrgToken(ports: OrgTokenPorts): OrgToken {
  const { credentials, now, warn } = ports;
  const pause = makeLoginPause(now);
  const { look, obtain } = makeSharedLogin({ ...ports, pause });
  let held: AccessToken | undefined;
  let refused: string | undefined;
  let obtaining: Promise<AccessToken> | undefined;
  let renewAgainAt = -Infinity;

  const livesFor = (ms: number) => (token: AccessToken) =>
    token.value !== refused && token.endsAt - now() > ms;
  const isUsable = livesFor(UNUSED_BEFORE_MS);
  const isYoung = livesFor(RENEW_BEFORE_MS);

  const getClient = (): Promise<OAuthClient> =>
    credentials.get().catch((cause: unknown) => {
      const error = noClient(cause);
      pause.after(error, undefined);
      throw error;
    });

  /** Runs `use` with the credentials, and once more with what the secret holds now when they were refused. */
  async function withClient<T>(use: (client: OAuthClient) => Promise<T>): Promise<T> {
    pause.check();
    const client = await getClient();
    try {
      return await use(client);
    } catch (error) {
      const isRefused = error instanceof RelayError && error.reason === 'bad_credentials';
      if (!isRefused || !(await credentials.refresh())) throw error;
      return use(await getClient());
    }
  }

  /** Behind the message that noticed. If its environment is frozen before the end, a later message tries again. */
  function renew(): void {
    if (now() < renewAgainAt) return;
    renewAgainAt = now() + LEASE_MS;
    withClient((client) => look(client, isYoung, now() + LEASE_MS)).then(
      (token) => {
        held = token ?? held;
      },
      (error: unknown) => {
        warn('token_not_renewed', { cause: describe(error) });
      },
    );
  }

  async function get(deadline: number): Promise<AccessToken> {
    if (held && isUsable(held)) {
      if (!isYoung(held)) renew();
      return held;
    }
    obtaining ??= withClient((client) => obtain(client, isUsable, deadline))
      .then((token) => {
        held = token;
        pause.end();
        return token;
      })
      .finally(() => {
        obtaining = undefined;
      });
    return obtaining;
  }

  return {
    get,
    replace(token, deadline) {
      refused = token.value;
      return get(deadline);
    },
  };
}
