import * as z from 'zod/mini';

import type { Answer } from '../http/answer.ts';
import { oauthError } from './oauth.ts';
import { missingPermission, orgError } from './org-error.ts';

const text = z.string().check(z.minLength(1));

/** One way in which the org misbehaves; strict, so that a typo is refused. */
export const faultSchema = z
  .strictObject({
    on: z.enum(['login', 'participant', 'conversation', 'upgrade', 'frame', 'any']),
    /** How often; without it until removed. */
    times: z.optional(z.int().check(z.gte(1))),
    status: z.optional(z.int().check(z.gte(400), z.lte(599))),
    /** Seconds. */
    retryAfter: z.optional(z.int().check(z.gte(0))),
    delayMs: z.optional(z.int().check(z.gte(0), z.lte(600_000))),
    drop: z.optional(z.boolean()),
    errorCode: z.optional(text),
    permissions: z.optional(text),
  })
  .check(
    z.refine(
      (fault) => fault.status !== undefined || fault.delayMs !== undefined || fault.drop === true,
      'a fault needs status, delayMs or drop',
    ),
    z.refine((fault) => fault.drop !== true || fault.status === undefined, 'drop answers nothing: no status'),
    z.refine(
      (fault) => fault.on !== 'frame' || fault.status === undefined,
      'a frame has no status: use drop or delayMs',
    ),
  );

export type Fault = z.infer<typeof faultSchema>;

/** The interfaces of the org; `other` is hit by faults on `any` only. */
export type Kind = 'login' | 'participant' | 'conversation' | 'upgrade' | 'frame' | 'other';

export interface ScopedFault extends Fault {
  /** The conversation, or null for the whole org. */
  scope: string | null;
}

export interface Faults {
  /** Replaces the faults of one scope. */
  replace(scope: string | null, faults: readonly Fault[]): void;
  /** Removes those of one scope, or all; answers how many. */
  remove(scope?: string | null): number;
  /** What is left to happen. */
  list(scope?: string | null): ScopedFault[];
  /** The fault to follow now, the conversation's own first; counts it as used. */
  take(kind: Kind, conversationId: string | undefined): Fault | undefined;
}

function applies(fault: Fault, kind: Kind): boolean {
  if (fault.on === 'any') return kind !== 'frame' || fault.status === undefined;
  return fault.on === kind;
}

/** Faults by scope, each used up after its `times`. */
export function makeFaults(): Faults {
  const scopes = new Map<string | null, { fault: Fault; left: number }[]>();

  const list = (scope?: string | null): ScopedFault[] =>
    [...scopes].flatMap(([name, entries]) =>
      scope === undefined || scope === name
        ? entries.map(({ fault, left }) => ({
            scope: name,
            ...fault,
            ...(left === Infinity ? {} : { times: left }),
          }))
        : [],
    );

  return {
    list,
    replace(scope, faults) {
      scopes.set(
        scope,
        faults.map((fault) => ({ fault, left: fault.times ?? Infinity })),
      );
    },
    remove(scope) {
      const removed = list(scope).length;
      if (scope === undefined) scopes.clear();
      else scopes.delete(scope);
      return removed;
    },
    take(kind, conversationId) {
      for (const scope of conversationId === undefined ? [null] : [conversationId, null]) {
        const entries = scopes.get(scope) ?? [];
        const entry = entries.find(({ fault }) => applies(fault, kind));
        if (entry === undefined) continue;
        entry.left -= 1;
        if (entry.left <= 0) entries.splice(entries.indexOf(entry), 1);
        return entry.fault;
      }
      return undefined;
    },
  };
}

/** Codes common to all operations, platform-client-sdk-javascript; of 405 and 413 none is published. */
const CODES = new Map([
  [401, 'bad.credentials'],
  [403, 'missing.any.permissions'],
  [404, 'not.found'],
  [405, 'method.not.allowed'],
  [413, 'request.entity.too.large'],
  [415, 'unsupported.media.type'],
  [429, 'too.many.requests'],
  [503, 'service.unavailable'],
  [504, 'request.timeout'],
]);

/** The answer that a fault with a status gives, in the form of the interface it is on. */
export function faultAnswer(fault: Fault, status: number, kind: Kind, permission: string): Answer {
  const answer =
    kind === 'login'
      ? loginFault(fault, status)
      : restFault(fault, status, kind, fault.permissions ?? permission);
  const retryAfter = fault.retryAfter ?? (answer.status === 429 ? 1 : undefined);
  if (retryAfter === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'Retry-After': String(retryAfter) } };
}

function loginFault({ errorCode }: Fault, status: number): Answer {
  // The login host limits with a 400, as terraform-provider-genesyscloud has to know (provider.go).
  if (status === 429) return oauthError(400, errorCode ?? 'invalid_request', 'rate limit exceeded');
  const [error, description] =
    status < 500
      ? ['invalid_client', 'client not found or wrong secret']
      : ['server_error', 'try again later'];
  return oauthError(status, errorCode ?? error, description);
}

function restFault(fault: Fault, status: number, kind: Kind, permission: string): Answer {
  const aboutConversation = kind === 'participant' || kind === 'conversation';
  if (status === 403) return missingPermission(permission, fault.errorCode);
  const usual =
    status === 404 && aboutConversation
      ? 'conversation.error.conversation.not.found'
      : (CODES.get(status) ?? (status < 500 ? 'bad.request' : 'internal.server.error'));
  // The published API offers PATCH on the participant, so an org without the thread's POST says so.
  const headers = status === 405 ? { headers: { Allow: kind === 'participant' ? 'PATCH' : '' } } : {};
  return orgError(status, fault.errorCode ?? usual, `Simulated fault: ${String(status)}`, headers);
}
