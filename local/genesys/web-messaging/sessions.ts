import type { Behaviour } from '../behaviour.ts';
import type { Deployment, Deployments } from '../deployments.ts';
import type { OrgState } from '../state.ts';
import type { After } from '../timers.ts';
import { connectionClosed } from './frames.ts';
import type { Connection, KeptSession, Session, SessionStore } from './session-store.ts';
import { makeSessionStore } from './session-store.ts';

export interface Sessions extends Pick<SessionStore, 'touch' | 'finish'> {
  /** The session of a token, also one that is over; undefined for a token nobody knows. */
  find(deploymentId: string, token: string): Session | undefined;
  ofConversation(conversationId: string): Session | undefined;
  /** Joins a session, or begins one; undefined where the one there was has expired and may not begin anew. */
  configure(
    connection: Connection,
    deployment: Deployment,
    token: string,
    startNew: boolean,
  ): { session: Session; newSession: boolean } | undefined;
  leave(connection: Connection): void;
  /** Its conversation, which begins here when there is none. */
  conversationOf(session: Session): string;
  /** Counts an `onMessage`; answers for how many seconds it has to wait, 0 when it goes through. */
  spend(session: Session): number;
  /** Sends to every socket of a session; answers to how many. */
  tell(session: Session, frame: object): number;
}

interface SessionsPorts {
  state: OrgState;
  deployments: Deployments;
  behaviour: Behaviour;
  now: () => number;
  after: After;
}

const SECOND_MS = 1000;

/** The sessions of web messaging with their sockets and limits. */
export function makeSessions(ports: SessionsPorts): Sessions {
  const { state, behaviour, now } = ports;
  const store = makeSessionStore(ports);
  const joined = new Map<Connection, Session>();
  const kept = ({ deployment, token }: Session): KeptSession | undefined =>
    store.find(deployment.deploymentId, token);

  const leave: Sessions['leave'] = (connection) => {
    const before = joined.get(connection);
    joined.delete(connection);
    const session = before && kept(before);
    if (session === undefined) return;
    session.connections = session.connections.filter((other) => other !== connection);
  };

  return {
    ...store,
    leave,
    ofConversation(conversationId) {
      const guest = state.guest(state.conversation(conversationId)?.guestId ?? '');
      const session = guest && store.find(guest.deploymentId, guest.guestToken);
      return session?.conversationId === conversationId ? session : undefined;
    },
    configure(connection, deployment, token, startNew) {
      const known = store.find(deployment.deploymentId, token);
      if (known?.status === 'expired' && !startNew && behaviour.afterExpiry === 'refused') return undefined;
      const resumes = known?.status === 'live' || (known?.status === 'read-only' && !startNew);
      const session = resumes ? known : store.begin(deployment, token);
      leave(connection);
      joined.set(connection, session);
      session.connections.push(connection);
      evict(session, behaviour.connectionsPerToken);
      return { session, newSession: !resumes };
    },
    conversationOf(session) {
      session.conversationId ??= state.createGuest({
        guestToken: session.token,
        deploymentId: session.deployment.deploymentId,
      }).conversationId;
      return session.conversationId;
    },
    spend(session) {
      const { sent = [] } = kept(session) ?? {};
      return spendOne(sent, now(), behaviour.onMessagePerSecond);
    },
    tell(session, frame) {
      const { connections = [] } = kept(session) ?? {};
      for (const connection of connections) connection.send(frame);
      return connections.length;
    },
  };
}

/** Closes the oldest sockets that are too many (§1.8). */
function evict({ connections }: KeptSession, atMost: number): void {
  for (const oldest of connections.splice(0, connections.length - atMost)) {
    oldest.send(connectionClosed());
    oldest.close();
  }
}

/** Adds to what came in the last second, unless that is enough; answers the wait in seconds. */
function spendOne(sent: number[], at: number, perSecond: number): number {
  while (sent[0] !== undefined && at - sent[0] >= SECOND_MS) sent.shift();
  const [oldest] = sent;
  if (oldest !== undefined && sent.length >= perSecond) {
    return Math.max(1, Math.ceil((oldest + SECOND_MS - at) / SECOND_MS));
  }
  sent.push(at);
  return 0;
}
