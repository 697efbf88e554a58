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

/** How to recover from what an error frame tells. */
export function recoveryOf({ code }: ErrorFrame, chosen: Fault): string {
  if (chosen === 'mismatch') return 'To recover: choose None; the page connects again with a right ticket.';
  if (code === 'session_ended') return 'To recover: get a new ticket and connect again.';
  if (code === 'upstream_rate_limited')
    return `To recover: ${chosen === 'none' ? '' : 'choose None, '}wait ${RETRY_AFTER_S} s, and type on.`;
  if (code === 'too_many_frames') return 'To recover: connect again, and send at the client’s pace.';
  return chosen === 'none'
    ? 'To recover: type on; the next frame tries again.'
    : `${clearing(chosen)}Then type on; the next frame tries again.`;
}

const clearing = (chosen: Fault): string =>
  chosen === 'none' ? 'To recover: ' : 'To recover: choose None. ';
