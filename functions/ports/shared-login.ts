import { describe, RelayError, unavailable } from '../relay/errors.ts';
import { digest } from '../relay/upstream.ts';
import type { AccessToken, Login, OAuthClient } from './login.ts';
import type { LoginPause } from './login-pause.ts';
import type { TokenStore } from './token-table.ts';

/** Logging in as one of many environments: whoever finds no token takes a lease, logs in and shares what it got. */
export interface SharedLogin {
  /**
   * Takes the shared token if it suits, or else logs in.
   * @returns undefined while somebody else does
   * @throws RelayError when the login is refused; Error when nothing can be shared for now
   */
  look: (client: OAuthClient, suits: Suits, deadline: number) => Promise<AccessToken | undefined>;
  /** Looks until there is a token; logs in alone where nothing can be shared. @throws RelayError */
  obtain: (client: OAuthClient, suits: Suits, deadline: number) => Promise<AccessToken>;
}
export type Suits = (token: AccessToken) => boolean;

export interface SharedLoginPorts {
  store: TokenStore;
  login: Login;
  /** Where `login` does: a client's token belongs to its region. */
  loginUrl: string;
  pause: LoginPause;
  now: () => number;
  wait: (ms: number) => Promise<void>;
  warn: (code: string, fields: Record<string, unknown>) => void;
}

/**
 * For so long nobody else logs in. A login takes some 300 ms and is given up by then; if its environment dies, a
 * message that waited still has a second of its three. Never given back early, so that it bounds logins in a row too.
 */
export const LEASE_MS = 2_000;

/** Whose login it is, which version the lease is, and when it ends (epoch milliseconds). */
interface Lease {
  id: string;
  version: number;
  until: number;
}

/** How long the others wait before they look again. */
const LOOK_AGAIN_MS = 100;

export function makeSharedLogin(ports: SharedLoginPorts): SharedLogin {
  const { store, login, loginUrl, pause, now, wait, warn } = ports;

  const notShared = (error: unknown): undefined => {
    warn('token_not_shared', { cause: describe(error) });
  };

  /** Sharing is a help and no condition: what fails there is logged. */
  async function loginUnder(lease: Lease, client: OAuthClient, deadline: number) {
    const { id, version, until } = lease;
    const token = await login(client, Math.min(deadline, until)).catch(async (error: unknown) => {
      const rest = pause.after(error, client);
      if (rest) await store.pause(id, version, rest).catch(notShared);
      throw error;
    });
    const isShared = await store.share(id, version, token).catch(notShared);
    // The lease ran out meanwhile and another has it: what that one gets is the shared token.
    return isShared === false ? undefined : token;
  }

  async function look(client: OAuthClient, suits: Suits, deadline: number) {
    const id = digest([client.clientId, loginUrl]);
    const { version, token, leasedUntil = 0, pause: shared } = await store.read(id);
    if (token && suits(token)) return token;
    pause.heed(shared, client);
    if (leasedUntil > now()) return undefined;
    const until = now() + LEASE_MS;
    const isMine = await store.lease(id, version, until);
    // An environment may be frozen between any two lines, and its lease be over.
    if (!isMine || now() >= until) return undefined;
    return loginUnder({ id, version: version + 1, until }, client, deadline);
  }

  async function lookUntil(client: OAuthClient, suits: Suits, deadline: number): Promise<AccessToken> {
    for (;;) {
      const token = await look(client, suits, deadline);
      if (token) return token;
      if (now() + LOOK_AGAIN_MS > deadline) throw unavailable(new Error('another environment logs in'));
      await wait(LOOK_AGAIN_MS);
    }
  }

  async function loginAlone(client: OAuthClient, deadline: number): Promise<AccessToken> {
    return login(client, deadline).catch((error: unknown) => {
      pause.after(error, client);
      throw error;
    });
  }

  return {
    look,
    async obtain(client, suits, deadline) {
      return lookUntil(client, suits, deadline).catch((error: unknown) => {
        if (error instanceof RelayError) throw error;
        notShared(error);
        return loginAlone(client, deadline);
      });
    },
  };
}
