import type { ServerResponse } from 'node:http';

import * as z from 'zod/mini';

import type { Answer } from '../../http/answer.ts';
import type { Params, Route } from '../../http/routing.ts';
import type { OrgListener } from '../org-events.ts';
import type { OrgPorts } from '../ports.ts';
import type { SocketRegistry } from '../sockets/registry.ts';
import type { Conversation } from '../conversations.ts';

export interface ControlPorts extends OrgPorts {
  sockets: SocketRegistry;
  onEvent: (listener: OrgListener) => () => void;
}

export interface Call {
  params: Params;
  query: Record<string, string>;
  /** Parsed JSON; undefined when there was none. */
  body: unknown;
  response: ServerResponse;
  /** Aborted when the caller left. */
  gone: AbortSignal;
}

export interface ControlRoute extends Route {
  /** Answers undefined when it keeps the response and writes to it. */
  handle(call: Call, ports: ControlPorts): Answer | Promise<Answer> | undefined;
}

/** A call that is refused; the message says what is wrong with it. */
export class ControlError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const whole = (least: number, most: number): z.ZodMiniType<number> =>
  z.coerce.number().check(z.int(), z.gte(least), z.lte(most));

/** How a record of what happened is asked for. */
export const recordsQuery = z.strictObject({
  after: z._default(whole(0, Number.MAX_SAFE_INTEGER), 0),
  conversationId: z.optional(z.string()),
  waitMs: z._default(whole(0, 30_000), 0),
  count: z._default(whole(1, 100_000), 1),
});

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function parse<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  if (value === undefined) throw new ControlError(400, 'a JSON body is needed');
  const parsed = schema.safeParse(value, { error: z.locales.en().localeError });
  if (!parsed.success) throw new ControlError(400, z.prettifyError(parsed.error));
  return parsed.data;
}

/** What there is by this name, or the 404 that says there is none. */
export function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ControlError(404, `no ${what}`);
  return value;
}

export function conversationOf(conversationId: string, { state }: ControlPorts): Conversation {
  return known(state.conversation(conversationId), `conversation ${conversationId}`);
}
