import { RelayError } from '../relay/errors.ts';
import { digest } from '../relay/upstream.ts';
import { rateLimited, stillRefused } from './genesys-refusals.ts';
import { LOGIN_PAUSE_MS, type OAuthClient, refusedClient } from './login.ts';

/** How long logins rest, as it is shared between environments. */
export interface SharedPause {
  /** Epoch milliseconds. */
  until: number;
  /** Names the credentials that were refused; without it the login has had too many requests, whoever asks. */
  refused?: string | undefined;
}

/** What the login was refused with, and until when asking again would only use up its rate limit. */
export interface LoginPause {
  /** @throws RelayError while the pause lasts */
  check: () => void;
  /** Begins a pause after this failure, if it says anything about the next login. */
  after: (error: unknown, client: OAuthClient | undefined) => SharedPause | undefined;
  /** Takes over a pause that is in force, unless it is of other credentials than these. @throws RelayError then */
  heed: (shared: SharedPause | undefined, client: OAuthClient) => void;
  end: () => void;
}

/** @param now epoch milliseconds */
export function makeLoginPause(now: () => number): LoginPause {
  let pause: { until: number; error: RelayError } | undefined;

  return {
    check() {
      if (pause && pause.until > now()) throw stillRefused(pause.error, pause.until - now());
    },

    after(error, client) {
      if (!(error instanceof RelayError) || error.code === 'upstream_unavailable') return undefined;
      const until = now() + (error.retryAfterMs ?? LOGIN_PAUSE_MS);
      pause = { until, error };
      const isClients = client !== undefined && error.reason === 'bad_credentials';
      return { until, refused: isClients ? nameOf(client) : undefined };
    },

    heed(shared, client) {
      if (!shared || shared.until <= now()) return;
      const { until, refused } = shared;
      if (refused !== undefined && refused !== nameOf(client)) return;
      const cause = new Error('the login refused another environment just now');
      const error = refused === undefined ? rateLimited(until - now(), { cause }) : refusedClient(cause);
      pause = { until, error };
      throw error;
    },

    end() {
      pause = undefined;
    },
  };
}

/** Tells credentials apart. Genesys makes a secret at random, so that its digest gives nothing away. */
const nameOf = ({ clientId, clientSecret }: OAuthClient): string => digest([clientId, clientSecret]);
