import * as z from 'zod/mini';
import { parseJson } from '../../json.ts';
import { decisionText } from './decisions.ts';
import type { GatewayEvent, OrgMessage } from './wire.ts';

/** One row on the way of a message. */
export interface Step {
  stage: Stage;
  /** What it is called where that is not its stage's own name. */
  name?: string;
  /** Epoch ms; of a function, when it began. Of a decision nobody tells. */
  at?: number;
  /** How long it took. */
  ms?: number;
  what: string;
  /** JSON, as it went over the wire. */
  code?: string;
  badges: string[];
  bad: boolean;
}

/** What each row is called, in the order in which a message passes them. */
export const STAGES = {
  socket: 'Socket',
  in: 'Frame in',
  function: 'Function',
  decision: 'Decision',
  upstream: 'Upstream',
  back: 'Answer',
} as const;
export type Stage = keyof typeof STAGES;

const errorFrame = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    requestId: z.optional(z.string()),
    retryAfterMs: z.optional(z.number()),
  }),
});
const typedFrame = z.object({ type: z.string() });

/** What an error frame tells the client. */
export type ErrorFrame = z.infer<typeof errorFrame>['error'];
export function errorOf(body: unknown): ErrorFrame | undefined {
  return errorFrame.safeParse(body).data?.error;
}

export function gatewayStep(event: GatewayEvent): Step {
  const { kind, at, ms = 0 } = event;
  const row = rowOf(event);
  if (kind === 'handled') return row;
  return kind === 'invoke' ? { at: at - ms, ms, ...row } : { at, ...row };
}

function rowOf(event: GatewayEvent): Omit<Step, 'at'> {
  const { routeKey = '', status, body = '' } = event;
  const row = { what: '', badges: [], bad: false };
  switch (event.kind) {
    case 'frame-in':
      return { ...row, stage: 'in', what: routed(routeKey), code: body };
    case 'http-in':
      return { ...row, stage: 'in', name: 'Webhook in', what: routed(routeKey), code: body };
    case 'invoke':
      return functionRow(event);
    case 'handled':
      return decisionRow(event);
    case 'frame-out':
      return frameBack(body);
    case 'http-out':
      return { ...row, stage: 'back', what: 'to Genesys', badges: badge(status), bad: isRefusal(status) };
    case 'connect':
      return { ...row, stage: 'socket', what: 'open' };
    case 'refused':
      return {
        ...row,
        stage: 'socket',
        what: `refused ${routeKey}`.trim(),
        badges: badge(status),
        bad: true,
      };
    case 'disconnect':
      return { ...row, stage: 'socket', what: 'closed', badges: badge(status, 'code ') };
  }
}

const routed = (routeKey: string): string => (routeKey === '' ? 'no route' : `route ${routeKey}`);

function functionRow({ function: name = 'function', ms, coldStart, ok }: GatewayEvent): Omit<Step, 'at'> {
  const badges = ms === undefined ? [] : [`${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`];
  if (coldStart === true) badges.push('cold');
  if (ok === false) badges.push('failed');
  return { stage: 'function', what: name, badges, bad: ok === false };
}

function decisionRow({ handled }: GatewayEvent): Omit<Step, 'at'> {
  const { outcome = '', error, reason, upstreamMs } = handled ?? {};
  const why = reason ?? error;
  const badges = [outcome, ...(why === undefined ? [] : [why])];
  if (upstreamMs !== undefined) badges.push(`upstream ${Math.round(upstreamMs)} ms`);
  return { stage: 'decision', what: decisionText(handled), badges, bad: error !== undefined };
}

/** An error's sentence goes above its JSON: it says what to do. API Gateway's own errors have no type. */
function frameBack(code: string): Omit<Step, 'at'> {
  const frame = parseJson(code);
  const error = errorOf(frame);
  const bad = error !== undefined || !typedFrame.safeParse(frame).success;
  return { stage: 'back', name: 'Frame back', what: error?.message ?? '', code, badges: [], bad };
}

export function orgStep({ at, via, method = '', path = '', status, body }: OrgMessage): Step {
  const code = body === '' || body === undefined ? {} : { code: JSON.stringify(body) };
  const row = { stage: 'upstream', at: Date.parse(at), ...code } as const;
  const isUnanswered = status === 0;
  if (via === 'socket') {
    return { ...row, what: 'guest socket', badges: isUnanswered ? ['dropped'] : [], bad: isUnanswered };
  }
  const badges = isUnanswered ? ['no answer'] : badge(status);
  return { ...row, what: `${method} ${path}`, badges, bad: isUnanswered || isRefusal(status) };
}

const isRefusal = (status = 0): boolean => status >= 400;

function badge(status: number | undefined, prefix = ''): string[] {
  return status === undefined ? [] : [`${prefix}${status}`];
}
