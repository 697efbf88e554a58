import * as z from 'zod';
import type { Authorizer } from '../template/model.ts';
import type { Call } from './call.ts';
import type { Handshake } from './handshake.ts';
import { hasIdentity } from './handshake.ts';
import type { AuthorizerContext, EventScope } from './lambda-events.ts';
import { authorizerEvent, methodArn } from './lambda-events.ts';

/** docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const LARGEST_RESULT = 8 * 1024;
const TIMEOUT_MS = 29_000;

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const AuthorizerAnswer = z.object({
  principalId: z.union([z.string(), z.number()]).transform(String),
  policyDocument: z.object({
    Statement: z.array(
      z.object({ Effect: z.enum(['Allow', 'Deny']), Action: oneOrMany, Resource: oneOrMany }),
    ),
  }),
  // Lists and objects are no valid values of the context.
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).nullish(),
});
type AuthorizerAnswer = z.infer<typeof AuthorizerAnswer>;

export type Authorization =
  | { readonly ok: true; readonly context: AuthorizerContext }
  | { readonly ok: false; readonly status: 401 | 403 | 500; readonly message: string };

const UNAUTHORIZED = { ok: false, status: 401, message: 'Unauthorized' } as const;
const FORBIDDEN = { ok: false, status: 403, message: 'Forbidden' } as const;
const FAILED = { ok: false, status: 500, message: 'Internal server error' } as const;

/**
 * Asks a REQUEST authorizer; never rejects.
 * docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export async function authorize(
  authorizer: Authorizer,
  call: Call,
  scope: EventScope,
  handshake: Handshake,
): Promise<Authorization> {
  if (!hasIdentity(authorizer.identitySources, handshake)) return UNAUTHORIZED;
  const result = await call({
    functionId: authorizer.functionId,
    routeKey: '$connect',
    connectionId: scope.client.connectionId,
    requestId: scope.requestId,
    timeoutMs: TIMEOUT_MS,
    event: authorizerEvent(scope, handshake),
  });
  // The runtime's message has to be exactly this one word.
  if (!result.ok) return result.error.message === 'Unauthorized' ? UNAUTHORIZED : FAILED;
  if (Buffer.byteLength(JSON.stringify(result.value)) > LARGEST_RESULT) return FAILED;
  const answer = AuthorizerAnswer.safeParse(result.value).data;
  if (answer === undefined) return FAILED;
  if (!allows(answer, methodArn(scope.template))) return FORBIDDEN;
  const { principalId, context } = answer;
  return { ok: true, context: { ...context, principalId, integrationLatency: Math.round(result.ms) } };
}

/** An explicit Deny wins, and what nothing allows is denied. */
function allows(answer: AuthorizerAnswer, arn: string): boolean {
  const matching = answer.policyDocument.Statement.filter(
    ({ Action: actions, Resource: resources }) =>
      actions.some((action) => matches(action.toLowerCase(), 'execute-api:invoke')) &&
      resources.some((resource) => matches(resource, arn)),
  );
  return matching.length > 0 && matching.every(({ Effect: effect }) => effect === 'Allow');
}

/** Compares with the wildcards of IAM, `*` and `?`. */
function matches(pattern: string, value: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(value);
}
