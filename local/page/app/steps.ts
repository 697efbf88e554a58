import * as z from 'zod/mini';
import { parseJson } from '../../json.ts';
import type { GatewayEvent, OrgMessage } from './wire.ts';

/** One row on the way of a message. */
export interface Step {
  stage: keyof typeof STAGES;
  what: string;
  /** JSON, as it went over the wire. */
  code?: string;
  badges: string[];
  bad: boolean;
}

/** What each row is called, in the order in which a message passes them. */
export const STAGES = {
  socket: 'socket',
  in: 'frame in',
  function: 'function',
  upstream: 'upstream',
  back: 'frame back',
} as const;

const typingBody = z.object({ data: z.object({ isTyping: z.boolean() }) });
const stateBody = z.object({ state: z.enum(['typing', 'connected']) });
const typedBody = z.object({ type: z.string(), error: z.optional(z.object({ message: z.string() })) });
const errorBody = z.object({ error: z.object({ requestId: z.string() }) });

/** Whether a frame or a REST body says that the guest types; undefined when it says nothing of it. */
export function typingOf(body: unknown): boolean | undefined {
  const frame = typingBody.safeParse(body).data;
  if (frame !== undefined) return frame.data.isTyping;
  const state = stateBody.safeParse(body).data?.state;
  return state === undefined ? undefined : state === 'typing';
}

/** The `type` of a frame. */
export function typeOf(body: unknown): string | undefined {
  return typedBody.safeParse(body).data?.type;
}

/** The request that an error frame speaks of. */
export function requestOf(body: unknown): string | undefined {
  return errorBody.safeParse(body).data?.error.requestId;
}

export function gatewayStep(event: GatewayEvent): Step {
  const { routeKey = '', status, body = '' } = event;
  switch (event.kind) {
    case 'frame-in':
      return { stage: 'in', what: '', code: body, badges: [], bad: false };
    case 'invoke':
      return functionStep(event);
    case 'frame-out':
      return frameBack(body);
    case 'connect':
      return { stage: 'socket', what: 'open', badges: [], bad: false };
    case 'refused':
      return { stage: 'socket', what: `refused ${routeKey}`.trim(), badges: badge(status), bad: true };
    case 'disconnect':
      return { stage: 'socket', what: 'closed', badges: badge(status, 'code '), bad: false };
  }
}

function functionStep({ routeKey, function: name = 'function', ms, coldStart, ok }: GatewayEvent): Step {
  const badges = [...(ms === undefined ? [] : [`${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`])];
  if (coldStart === true) badges.push('cold');
  if (ok === false) badges.push('failed');
  return {
    stage: 'function',
    what: routeKey === undefined ? name : `${routeKey} → ${name}`,
    badges,
    bad: ok === false,
  };
}

/** An error's sentence goes above its JSON: it says what to do. API Gateway's own errors have no type. */
function frameBack(code: string): Step {
  const frame = typedBody.safeParse(parseJson(code)).data;
  const bad = frame === undefined || frame.error !== undefined;
  return { stage: 'back', what: frame?.error?.message ?? '', code, badges: [], bad };
}

export function orgStep({ via, method = '', path = '', status, body }: OrgMessage): Step {
  const code = body === '' || body === undefined ? {} : { code: JSON.stringify(body) };
  if (via === 'socket') {
    const dropped = status === 0;
    return {
      stage: 'upstream',
      what: 'guest socket',
      ...code,
      badges: dropped ? ['dropped'] : [],
      bad: dropped,
    };
  }
  return {
    stage: 'upstream',
    what: `${method} ${path}`,
    ...code,
    badges: status === 0 ? ['no answer'] : badge(status),
    bad: status === 0 || (status ?? 0) >= 400,
  };
}

function badge(status: number | undefined, prefix = ''): string[] {
  return status === undefined ? [] : [`${prefix}${status}`];
}
