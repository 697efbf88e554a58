import { sealSession } from './seal.ts';
import { openTicket, type TicketClaims } from './ticket.ts';
import { TicketError } from './ticket-error.ts';
import type { TicketKeys } from './ticket-keys.ts';
import type { Session } from './upstream.ts';

export interface AdmissionPorts {
  /** @returns false when the ticket was spent before, by somebody else */
  spendTicket: (jti: string, spender: string, expiresAt: number) => Promise<boolean>;
  /** @throws SessionError when no upstream can do anything with this session */
  checkSession: (upstream: TicketClaims['upstream']) => Pick<Session, 'inbox'>;
  now: () => number;
}

/** Who was let in, and the session for the functions of this connection. */
export interface Admission {
  sub: string;
  sealedSession: string;
  /** Where what comes back for this session is looked for. */
  inbox: string | undefined;
}

/** Lets a ticket open one connection: opens it, checks its session, and spends it last, so that no other fault does. */
export function makeAdmission({ spendTicket, checkSession, now }: AdmissionPorts) {
  /**
   * @param spender the request that asks, so that a repeat of the same request is not taken for a second use
   * @throws TicketError, SessionError; for the log, not for the caller
   */
  return async (keys: TicketKeys, ticket: string, spender: string): Promise<Admission> => {
    const { sub, upstream, jti, exp } = await openTicket(keys, ticket, now());
    const { inbox } = checkSession(upstream);
    const sealedSession = sealSession(keys, { sub, upstream });
    if (!(await spendTicket(jti, spender, exp)))
      throw new TicketError('spent', 'it has opened a connection before');
    return { sub, sealedSession, inbox };
  };
}
