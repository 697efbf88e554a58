import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import { openAdmission } from './ports/admission.ts';
import { authorizerEvent, ticketOf } from './ports/events.ts';
import { log } from './ports/log.ts';
import { describe } from './relay/errors.ts';
import { TicketError } from './relay/ticket.ts';
import { SessionError } from './relay/upstream.ts';

const admit = await openAdmission();

/** $connect's authorizer: 401 without a ticket, 403 with one that does not open; only the log says why. */
export const handler = async (raw: unknown): Promise<APIGatewayAuthorizerResult> => {
  const event = authorizerEvent.parse(raw);
  const ticket = ticketOf(event);
  // API Gateway answers 401 to this message and to no other.
  if (ticket === undefined) throw new Error('Unauthorized');
  const { requestId } = event.requestContext;
  try {
    const { sub, sealedSession, inbox } = await admit(ticket, requestId);
    const context = { session: sealedSession, ...(inbox !== undefined && { inbox }) };
    return answer('Allow', event.methodArn, sub, context);
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
