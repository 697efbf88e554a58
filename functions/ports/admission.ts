import { type Admission, makeAdmission } from '../relay/admission.ts';
import { makeHostRule } from '../relay/hosts.ts';
import { ticketKeys } from '../relay/ticket-keys.ts';
import { openSession } from '../upstreams/index.ts';
import { DYNAMODB, makeAws, SECRETS_MANAGER } from './aws.ts';
import { authorizerEnvironment, readEnvironment } from './environment.ts';
import { makeHttp } from './http.ts';
import { makeSecret } from './secrets.ts';
import { withKeys } from './sessions.ts';
import { makeTable } from './table.ts';

/**
 * The outside world of the authorizer, wired from its environment, with the keys fetched in INIT.
 * @returns lets a ticket in, or throws TicketError or SessionError that say why not
 * @throws Error when the environment is incomplete
 */
export async function openAdmission(): Promise<(ticket: string, spender: string) => Promise<Admission>> {
  const { TICKET_KEY_SECRET, TABLE_NAME, ALLOWED_HOSTS } = readEnvironment(authorizerEnvironment);
  const http = makeHttp();
  const keys = makeSecret(
    makeAws(SECRETS_MANAGER, http, process.env),
    TICKET_KEY_SECRET,
    ticketKeys,
    Date.now,
  );
  const { spendTicket } = makeTable(makeAws(DYNAMODB, http, process.env), TABLE_NAME);
  const allowsUrl = makeHostRule(ALLOWED_HOSTS);
  const admit = makeAdmission({
    spendTicket,
    checkSession: (upstream) => openSession(upstream, allowsUrl),
    now: Date.now,
  });
  // What fails here is tried again, and told, by the first ticket.
  await keys.get().catch(() => undefined);
  return (ticket, spender) => withKeys(keys, (current) => admit(current, ticket, spender));
}
