import { CHECK_REFUSED_MS, CHECKS_REMEMBERED, MIN_GAP_MS } from './constants.ts';
import type { UpstreamPort } from './delivery.ts';
import { RelayError } from './errors.ts';
import type { SessionCheck } from './upstream.ts';

/** Makes sure of a session before its first message, once per environment. */
export interface Checks {
  passed: (check: SessionCheck) => boolean;
  /**
   * @param took gets the milliseconds of the asking, whatever came of it
   * @throws RelayError that says what is wrong; the same again for some seconds, without asking
   */
  pass: (check: SessionCheck, deadline: number, took: (ms: number) => void) => Promise<void>;
  /** What passed is asked again with the next message: a conversation may be transferred. */
  forget: (check: SessionCheck) => void;
}

export interface CheckPorts {
  upstream: Pick<UpstreamPort, 'send'>;
  now: () => number;
  warn: (code: string, fields: Record<string, unknown>) => void;
}

/** As long as Genesys says; a far side that is away may be back with the next "on". */
const pauseAfter = ({ code, retryAfterMs }: RelayError): number =>
  retryAfterMs ?? (code === 'upstream_unavailable' ? MIN_GAP_MS : CHECK_REFUSED_MS);

/** Passed, or refused until then. */
type Result = 'passed' | { error: RelayError; until: number };

export function makeChecks({ upstream, now, warn }: CheckPorts): Checks {
  /** Bounded: the oldest is forgotten, and asked again if it comes back. */
  const results = new Map<string, Result>();

  function remember(key: string, result: Result): void {
    results.set(key, result);
    const [oldest] = results.keys();
    if (results.size > CHECKS_REMEMBERED && oldest !== undefined) results.delete(oldest);
  }

  async function ask({ question, judge }: SessionCheck, deadline: number): Promise<void> {
    const answer = await upstream.send(question, deadline).catch((error: unknown) => {
      if (!(error instanceof RelayError) || error.reason !== 'missing_permission') throw error;
      // Whoever may not look may still be allowed to type: go on, and let the call itself speak.
      warn('session_unchecked', { reason: error.reason, correlationId: error.correlationId });
      return undefined;
    });
    judge(answer);
  }

  return {
    passed: ({ key }) => results.get(key) === 'passed',
    async pass(check, deadline, took) {
      const known = results.get(check.key);
      if (typeof known === 'object' && known.until > now()) throw known.error;
      const began = now();
      const asked = ask(check, deadline).finally(() => {
        took(now() - began);
      });
      try {
        await asked;
        remember(check.key, 'passed');
      } catch (error) {
        if (error instanceof RelayError && error.code !== 'session_ended')
          remember(check.key, { error, until: now() + pauseAfter(error) });
        throw error;
      }
    },
    forget({ key }) {
      results.delete(key);
    },
  };
}
