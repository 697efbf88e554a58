import * as z from 'zod/mini';
import { RelayError, unavailable } from '../relay/errors.ts';
import { orNothing } from '../relay/or-nothing.ts';
import type { RestMessage } from '../relay/upstream.ts';
import { type HttpAnswer, retryAfterMs, tryJson } from './http.ts';

/** What a refusal of the platform API means, in a reason and a sentence that somebody can act on. */

/** A call to the platform API. */
export type ApiCall = Omit<RestMessage, 'via'>;

/** `missing.any.permissions`: words and dots, and nothing that could be a token, since it goes into the log. */
const errorCode = orNothing(z.string().check(z.regex(/^[a-z]{1,40}(\.[a-z]{1,40}){0,6}$/)));

/** Genesys' ids for their support. */
const correlation = orNothing(z.string().check(z.regex(/^[\w-]{1,64}$/)));

/** `conversation:message:create`, or several: letters and colons, so that nothing else of an answer gets through. */
const permissions = z
  .string()
  .check(z.maxLength(200), z.regex(/^[a-z]+(:[a-z*]+)+(, ?[a-z]+(:[a-z*]+)+)*$/i));

/** Platform-client-sdk-javascript, index.d.ts: ErrorBody. Every field is optional. */
const errorBody = z.object({
  code: errorCode,
  contextId: correlation,
  message: orNothing(z.string()),
  messageParams: orNothing(z.object({ permissions: orNothing(permissions) })),
});

/** The error that an answer other than 2xx stands for. */
export function refusal({ status, headers, body }: HttpAnswer, call: ApiCall): RelayError {
  const error = errorBody.safeParse(tryJson(body)).data ?? {};
  const cause = new Error(`${call.method} was answered with ${status} ${error.code ?? ''}`.trim());
  const correlationId = error.contextId ?? correlation.parse(headers['inin-correlation-id']);
  const details = { cause, ...(correlationId !== undefined && { correlationId }) };
  if (status === 429) return rateLimited(retryAfterMs(headers['retry-after']), details);
  if (status >= 500 || status === 408) return unavailable(cause, correlationId);
  const [reason, message] = explain(status, error, call);
  return new RelayError('upstream_rejected', message, { ...details, reason });
}

/** @param cause for the log */
export function rateLimited(
  retryAfterMs: number,
  details: { cause: Error; correlationId?: string },
): RelayError {
  return new RelayError(
    'upstream_rate_limited',
    'Genesys allows no more calls for now. Wait before typing again.',
    { ...details, retryAfterMs },
  );
}

/** The same refusal again, with what is left of its time. */
export function stillRefused({ code, message, reason, retryAfterMs }: RelayError, left: number): RelayError {
  return new RelayError(code, message, {
    ...(reason !== undefined && { reason }),
    ...(retryAfterMs !== undefined && { retryAfterMs: left }),
  });
}

type Explanation = [NonNullable<RelayError['reason']>, string];

/** What a refusal means and what to change about it. */
function explain(status: number, error: z.infer<typeof errorBody>, call: ApiCall): Explanation {
  const owner = call.bearer?.owner;
  switch (status) {
    case 401:
      return [
        'bad_credentials',
        owner === undefined
          ? 'Genesys does not accept the access token it has just issued to the OAuth client.'
          : `Genesys does not accept this ${owner}'s token; it may have expired. Get a new ticket.`,
      ];
    case 403:
      return ['missing_permission', missingPermission(error, call)];
    case 404:
      return error.code === 'conversation.error.not.conversation.participant'
        ? ['participant_mismatch', 'This participant does not belong to this conversation.']
        : [
            'conversation_not_found',
            'Genesys knows no such conversation, communication or integration in this org, or it lies outside the ' +
              "divisions of the OAuth client. Check the ids in the ticket, and that the region is the org's.",
          ];
    case 405:
      return [
        'method_not_allowed',
        'This org answers 405 to this call, which the published API does not have. web-messaging or open-messaging are ' +
          'the published ways: use one of them as the kind of upstream in the ticket.',
      ];
    case 409:
      return [
        'communication_ended',
        'Genesys says that this conflicts with the state of the communication: it may be over, or transferred to ' +
          'another agent. Get a ticket with the communication of the agent who has it now.',
      ];
    default:
      return owner === undefined && /user context/i.test(error.message ?? '')
        ? [
            'user_token_required',
            "Genesys wants a user here and refuses client credentials. Put the agent's own access token into the " +
              'ticket as userToken.',
          ]
        : ['invalid_request', `Genesys refused the call with status ${status}. Check the ids in the ticket.`];
  }
}

function missingPermission(
  { messageParams }: z.infer<typeof errorBody>,
  { bearer, permission }: ApiCall,
): string {
  const owner = bearer === undefined ? "the OAuth client's roles" : `the ${bearer.owner}'s token`;
  return `Genesys refused this for lack of a permission: ${messageParams?.permissions ?? permission}. Add it to ${owner}.`;
}
