import type { AllowsUrl } from '../relay/hosts.ts';
import { unsealSession } from '../relay/seal.ts';
import { TicketError } from '../relay/ticket-error.ts';
import type { TicketKeys } from '../relay/ticket-keys.ts';
import type { Session } from '../relay/upstream.ts';
import { openSession } from '../upstreams/index.ts';
import type { Secret } from './secrets.ts';

/**
 * Runs `use` with the ticket keys, and once more with fresh ones where it met a key that is not among them: an
 * environment may be older than the last rotation.
 */
export async function withKeys<T>(
  keys: Secret<TicketKeys>,
  use: (keys: TicketKeys) => T | Promise<T>,
): Promise<T> {
  try {
    return await use(await keys.get());
  } catch (error) {
    const outdated = error instanceof TicketError && error.refusal === 'unknown_key';
    if (!outdated || !(await keys.refresh())) throw error;
    return use(await keys.get());
  }
}

/** Opens the sessions that the authorizer sealed. @throws TicketError, SessionError, or Error from the secret */
export function makeSessions(keys: Secret<TicketKeys>, allowsUrl: AllowsUrl) {
  return async (sealed: string): Promise<Session> => {
    const { upstream } = await withKeys(keys, (current) => unsealSession(current, sealed));
    return openSession(upstream, allowsUrl);
  };
}
