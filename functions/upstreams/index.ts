import type { AllowsUrl } from '../relay/hosts.ts';
import { type Session, SessionError, type Upstream } from '../relay/upstream.ts';
import { agentCommunication } from './agent-communication.ts';
import { openMessaging } from './open-messaging.ts';
import { participantState } from './participant-state.ts';
import { typingFrame } from './typing-frame.ts';
import { webMessaging } from './web-messaging.ts';

/** The upstreams there are: adding one is one file here and one line in this list. */
const upstreams: readonly Upstream[] = [
  webMessaging,
  openMessaging,
  agentCommunication,
  typingFrame,
  participantState,
];

const byKind = new Map(upstreams.map((upstream) => [upstream.kind, upstream]));

export const UPSTREAM_KINDS: readonly string[] = [...byKind.keys()];

/** Opens the session that a ticket names. @throws SessionError, which names fields and never their values */
export function openSession(upstream: { kind: string }, allowsUrl: AllowsUrl): Session {
  const found = byKind.get(upstream.kind);
  if (!found) throw new SessionError(`no such upstream; known: ${UPSTREAM_KINDS.join(', ')}`);
  return found.open(upstream, allowsUrl);
}
