import type { ErrorFrame } from './steps.ts';
import { UPSTREAMS } from './upstreams.ts';
import * as z from 'zod/mini';
import type { OrgFault, UpstreamKind } from './wire.ts';
import { orgFault, RETRY_AFTER_S } from './wire.ts';

/** What the reader can let go wrong, and how that is put right. */

export const fault = z.enum(['none', 'org-down', 'rate-limit', 'mismatch', 'cut']);
export type Fault = z.infer<typeof fault>;

/** What the org does for it; a wrong ticket and a cut socket are none of the org's. */
export const orgFaultOf = (chosen: Fault): OrgFault => orgFault.safeParse(chosen).data ?? 'none';

/** What is wrong now, and what to do to see it. */
export function hintOf(chosen: Fault, kind: UpstreamKind): string {
  switch (chosen) {
    case 'none':
      return '';
    case 'org-down':
      return 'The org answers no call of this conversation. Type, and see what the client is told.';
    case 'rate-limit':
      return `The org answers 429 with Retry-After: ${RETRY_AFTER_S}. Type, and see what the client is told.`;
    case 'mismatch':
      return `The ticket now names ${UPSTREAMS[kind].mismatch}. Type, and see what the client is told.`;
    case 'cut':
      return 'Type: a second after your first key the WebSocket is cut, with no close frame. The relay ends what it left.';
  }
}

/** What goes with a notice. */
export interface Advice {
  /** Of an error frame. */
  code?: string;
  /** A sentence. */
  recovery: string;
  /** It takes a new conversation to recover: a button begins it. */
  begins?: boolean;
}

/** What there is to do where a connection has ended. */
export const RECONNECT = 'To recover: reconnect with a new ticket.';

/** How to recover from what an error frame tells. */
export function recoveryOf({ code, retryAfterMs }: ErrorFrame, chosen: Fault): string {
  const clearing = chosen === 'none' ? '' : 'choose None, ';
  if (chosen === 'mismatch') return 'To recover: choose None; the page connects again with a right ticket.';
  switch (code) {
    case 'session_ended':
      return 'To recover: begin a new conversation; this one is over at Genesys.';
    case 'too_many_frames':
      return 'To recover: begin a new conversation, and send at the client’s pace.';
    case 'upstream_rate_limited':
      return `To recover: ${clearing}wait ${waitOf(retryAfterMs)}, and type on.`;
    case 'upstream_unavailable':
      return `To recover: ${clearing}type on; the next frame tries again. An off that is owed, the relay sends by itself.`;
    default:
      return `To recover: ${clearing}type on; the next frame tries again.`;
  }
}

const waitOf = (ms: number | undefined): string =>
  ms === undefined ? 'a while' : `${Math.ceil(ms / 1000)} s`;

/** Whether it takes a new conversation to go on from what an error frame tells. */
export const endsConversation = ({ code }: ErrorFrame): boolean =>
  code === 'session_ended' || code === 'too_many_frames';
