import * as z from 'zod/mini';

import type { Answer } from '../http/answer.ts';
import { oauthError } from './oauth.ts';
import { missingPermission, orgError } from './org-error.ts';

const text = z.string().check(z.minLength(1));

/** One way in which the org misbehaves; strict, so that a typo is refused. */
export const faultSchema = z
  .strictObject({
    on: z.enum([
      'login',
      'participant',
      'conversation',
      'typing',
      'open-event',
      'upgrade',
      'frame',
      'web-messaging-upgrade',
      'web-messaging-frame',
      'any',
    ]),
    /** How often; without it until removed. */
    times: z.optional(z.int().check(z.gte(1))),
    /** 400–599; on frames of web messaging also its own codes, 4000 and up. */
    status: z.optional(z.int().check(z.gte(400), z.lte(5999))),
    /** Seconds. */
    retryAfter: z.optional(z.int().check(z.gte(0))),
    delayMs: z.optional(z.int().check(z.gte(0), z.lte(600_000))),
    drop: z.optional(z.boolean()),
    errorCode: z.optional(text),
    permissions: z.optional(text),
    /** Only frames with this action. */
    action: z.optional(text),
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
    z.refine(
      ({ on, status = 0 }) => on === 'web-messaging-frame' || status <= 599,
      'a status over 599 is for web-messaging-frame only',
    ),
    z.refine(
      ({ on, action }) => on === 'web-messaging-frame' || action === undefined,
      'an action is for web-messaging-frame only',
    ),
  );

export type Fault = z.infer<typeof faultSchema>;

/** The interfaces of the org; `other` is hit by faults on `any` only. */
export type Kind = Exclude<Fault['on'], 'any'> | 'other';

export interface ScopedFault extends Fault {
  /** The conversation, or the deployment of an upgrade of web messaging; null for the whole org. */
  scope: string | null;
}

export interface Faults {
  /** Replaces the faults of one scope. */
  replace(scope: string | null, faults: readonly Fault[]): void;
  /** Removes those of one scope, or all; answers how many. */
  remove(scope?: string | null): number;
  /** What is left to happen. */
  list(scope?: string | null): ScopedFault[];
  /** The fault to follow now, that of the scope first; counts it as used. */
  take(kind: Kind, scope: string | undefined, action?: string): Fault | undefined;
}

function applies(fault: Fault, kind: Kind, action: string | undefined): boolean {
  const isFrame = kind === 'frame' || kind === 'web-messaging-frame';
  if (fault.on === 'any') return !isFrame || fault.status === undefined;
  return fault.on === kind && (fault.action === undefined || fault.action === action);
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
    take(kind, scope, action) {
      for (const name of scope === undefined ? [null] : [scope, null]) {
        const entries = scopes.get(name) ?? [];
        const entry = entries.find(({ fault }) => applies(fault, kind, action));
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
  const aboutConversation = kind === 'participant' || kind === 'conversation' || kind === 'typing';
  if (status === 403) {
    const usualCode = kind === 'open-event' ? 'missing.permissions' : undefined;
    return missingPermission(permission, fault.errorCode ?? usualCode);
  }
  const usual =
    status === 404 && aboutConversation
      ? 'conversation.error.conversation.not.found'
      : (CODES.get(status) ?? (status < 500 ? 'bad.request' : 'internal.server.error'));
  // The published API offers PATCH on the participant, so an org without the thread's POST says so.
  const headers = status === 405 ? { headers: { Allow: kind === 'participant' ? 'PATCH' : '' } } : {};
  return orgError(status, fault.errorCode ?? usual, `Simulated fault: ${String(status)}`, headers);
}
