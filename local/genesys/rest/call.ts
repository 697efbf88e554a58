import type * as z from 'zod/mini';

import type { Answer } from '../../http/answer.ts';
import type { Params, Route } from '../../http/routing.ts';
import { parseJson } from '../../json.ts';
import type { Kind } from '../faults.ts';
import type { GuestRecord } from '../guest-record.ts';
import type { Caller } from '../oauth.ts';
import { missingPermission, orgError } from '../org-error.ts';
import type { OrgPorts } from '../ports.ts';

/** One request, read whole. */
export interface Call {
  params: Params;
  body: string;
  caller: Caller;
  authorization: string | undefined;
}

export interface RestRoute extends Route {
  kind: Kind;
  handle(call: Call, ports: OrgPorts): OrgAnswer;
  /** The guest that a request is about, where its path does not name the conversation. */
  about?(call: Pick<Call, 'params' | 'body'>, ports: OrgPorts): GuestRecord | undefined;
}

/** An answer, and the guest that it made, if it did. */
export interface OrgAnswer extends Answer {
  guest?: GuestRecord;
}

export function unauthenticated(caller: Caller): Answer {
  return caller.kind === 'unknown'
    ? orgError(401, 'bad.credentials', 'Invalid login credentials.')
    : orgError(
        401,
        'authentication.required',
        'No authentication bearer token specified in authorization header.',
      );
}

/** Undefined for a token of the platform that has any of these permissions; else how the call is refused. */
export function refusedWithout(
  caller: Caller,
  permissions: readonly string[],
  code?: 'missing.permissions',
): Answer | undefined {
  const named = permissions.join(', ');
  if (caller.kind === 'guest') return missingPermission(named, code);
  if (caller.kind !== 'service' && caller.kind !== 'user') return unauthenticated(caller);
  const allowed = permissions.some((permission) => caller.client.scopes.includes(permission));
  return allowed ? undefined : missingPermission(named, code);
}

/** The body by its model, or the 400 that names the fields which do not fit it. */
export function readBody<T>(
  schema: z.ZodMiniType<T>,
  body: string,
): { value: T; refusal?: never } | { refusal: Answer; value?: never } {
  const parsed = schema.safeParse(parseJson(body));
  if (parsed.success) return { value: parsed.data };
  const fields = parsed.error.issues.map(({ path }) => path.join('.'));
  const details = fields.map((fieldName) => ({ errorCode: 'invalid.value', fieldName }));
  const named = fields.filter((field) => field !== '').join(', ');
  const message = `The request body does not fit its model${named === '' ? '' : `, at: ${named}`}.`;
  return { refusal: orgError(400, 'bad.request', message, { details }) };
}

export function conversationNotFound(id: string): Answer {
  return orgError(404, 'conversation.error.conversation.not.found', `The conversation ${id} was not found.`);
}

export function notFound(what: string): Answer {
  return orgError(404, 'not.found', `${what} was not found.`);
}
