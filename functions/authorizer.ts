import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import { openAdmission } from './ports/admission.ts';
import { authorizerEvent, ticketOf } from './ports/http-events.ts';
import { log } from './ports/log.ts';
import { openTell } from './ports/tell.ts';
import { describe } from './relay/errors.ts';
import { TicketError } from './relay/ticket-error.ts';
import { SessionError } from './relay/upstream.ts';

const admit = await openAdmission();
const tell = openTell();

/** $connect's authorizer: 401 without a ticket, 403 with one that does not open; only the log says why. */
export const handler = async (raw: unknown): Promise<APIGatewayAuthorizerResult> => {
  const event = authorizerEvent.parse(raw);
  const ticket = ticketOf(event);
  const { requestId } = event.requestContext;
  const handled = { event: 'ticket', requestId } as const;
  const refused = (reason: string): void => {
    tell([{ ...handled, outcome: 'refused', error: 'ticket_refused', reason }]);
  };
  if (ticket === undefined) {
    refused('no_ticket');
    // API Gateway answers 401 to this message and to no other.
    throw new Error('Unauthorized');
  }
  try {
    const { sub, sealedSession, inbox } = await admit(ticket, requestId);
    tell([{ ...handled, outcome: 'admitted' }]);
    const context = { session: sealedSession, ...(inbox !== undefined && { inbox }) };
    return answer('Allow', event.methodArn, sub, context);
  } catch (error) {
    if (!(error instanceof TicketError || error instanceof SessionError)) throw error;
    const reason = error instanceof TicketError ? error.refusal : 'wrong_session';
    log.warn('ticket_refused', { requestId, reason, cause: describe(error) });
    refused(reason);
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
