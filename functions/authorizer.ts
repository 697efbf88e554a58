import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import { DYNAMODB, makeAws, SECRETS_MANAGER } from './ports/aws.ts';
import { authorizerEnvironment, readEnvironment } from './ports/environment.ts';
import { authorizerEvent, ticketOf } from './ports/events.ts';
import { makeHttp } from './ports/http.ts';
import { log } from './ports/log.ts';
import { makeSecret } from './ports/secrets.ts';
import { withKeys } from './ports/sessions.ts';
import { makeTable } from './ports/table.ts';
import { makeAdmission } from './relay/admission.ts';
import { describe } from './relay/errors.ts';
import { makeHostRule } from './relay/hosts.ts';
import { TicketError, ticketKeys } from './relay/ticket.ts';
import { SessionError } from './relay/upstream.ts';
import { openSession } from './upstreams/index.ts';

const environment = readEnvironment(authorizerEnvironment);
const http = makeHttp();
const keys = makeSecret(
  makeAws(SECRETS_MANAGER, http, process.env),
  environment.TICKET_KEY_SECRET,
  ticketKeys,
  Date.now,
);
const { spendTicket } = makeTable(makeAws(DYNAMODB, http, process.env), environment.TABLE_NAME);
const allowsUrl = makeHostRule(environment.ALLOWED_HOSTS);
const admit = makeAdmission({
  spendTicket,
  checkSession: (upstream) => openSession(upstream, allowsUrl),
  now: Date.now,
});

/** $connect's authorizer: 401 without a ticket, 403 with one that does not open; only the log says why. */
export const handler = async (raw: unknown): Promise<APIGatewayAuthorizerResult> => {
  const event = authorizerEvent.parse(raw);
  const ticket = ticketOf(event);
  // API Gateway answers 401 to this message and to no other.
  if (ticket === undefined) throw new Error('Unauthorized');
  const { requestId } = event.requestContext;
  try {
    const { sub, sealedSession } = await withKeys(keys, (current) => admit(current, ticket, requestId));
    return answer('Allow', event.methodArn, sub, { session: sealedSession });
  } catch (error) {
    if (!(error instanceof TicketError || error instanceof SessionError)) throw error;
    const refusal = error instanceof TicketError ? error.refusal : 'wrong_session';
    log.warn('ticket_refused', { requestId, refusal, cause: describe(error) });
    return answer('Deny', event.methodArn, 'refused');
  }
};

const answer = (
  Effect: 'Allow' | 'Deny',
  Resource: string,
  principalId: string,
  context: Record<string, string> = {},
): APIGatewayAuthorizerResult => ({
  principalId,
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] },
  context,
});
