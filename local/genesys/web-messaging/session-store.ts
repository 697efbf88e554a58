import type { Deployment, Deployments } from '../deployments.ts';
import type { OrgState } from '../state.ts';
import type { After } from '../timers.ts';
import { connectionClosed, disconnected, logout, sessionExpired } from './frames.ts';

/** One socket of a guest. */
export interface Connection {
  send(frame: object): void;
  close(): void;
}

export interface Session {
  readonly deployment: Deployment;
  readonly token: string;
  /** `gone`: the org has forgotten it. */
  status: 'live' | 'read-only' | 'expired' | 'gone';
  /** Undefined until there is one: the first message begins it. */
  conversationId: string | undefined;
  /** By the org's clock, in milliseconds. */
  expiresAt: number;
}

/** A session with what only its keepers look at. */
export interface KeptSession extends Session {
  /** Its sockets, the oldest first. */
  connections: Connection[];
  /** When its last `onMessage` frames came. */
  sent: number[];
  stopExpiry: () => void;
}

/** How a session ends from the org's side; `close` is the guest's own wish. */
export type Ending = 'expire' | 'end' | 'close' | 'sign-in' | 'logout' | 'forget';

export interface SessionStore {
  /** The session of a token, also one that is over; undefined for a token nobody knows. */
  find(deploymentId: string, token: string): KeptSession | undefined;
  /** Begins one in the place of the one there may be, whose sockets it takes over. */
  begin(deployment: Deployment, token: string, conversationId?: string): KeptSession;
  /** Puts off its end: something was said. */
  touch(session: Session): void;
  finish(session: Session, how: Ending): void;
}

interface SessionStorePorts {
  state: OrgState;
  deployments: Deployments;
  now: () => number;
  after: After;
}

/** The sessions of web messaging in memory, one for each token of a deployment, and how long they live (§1.6, §1.7). */
export function makeSessionStore({ state, deployments, now, after }: SessionStorePorts): SessionStore {
  const sessions = new Map<string, KeptSession>();
  const keyOf = (deploymentId: string, token: string): string => JSON.stringify([deploymentId, token]);
  const kept = ({ deployment: { deploymentId }, token }: Session): KeptSession | undefined =>
    sessions.get(keyOf(deploymentId, token));

  const finish: SessionStore['finish'] = (session, how) => {
    const its = kept(session);
    if (its === undefined) return;
    endWith(its, how, state);
    // What is over needs no end; in a session that is read-only the clock goes on.
    if (its.status === 'expired' || its.status === 'gone') its.stopExpiry();
  };
  const touch: SessionStore['touch'] = (session) => {
    const its = kept(session);
    if (its === undefined) return;
    its.stopExpiry();
    const lifeMs = 1000 * its.deployment.sessionDurationSeconds;
    its.expiresAt = now() + lifeMs;
    its.stopExpiry = after(lifeMs, () => {
      finish(its, 'expire');
    });
  };
  const begin: SessionStore['begin'] = (deployment, token, conversationId) => {
    const key = keyOf(deployment.deploymentId, token);
    const before = sessions.get(key);
    before?.stopExpiry();
    const fresh = {
      connections: before?.connections ?? [],
      sent: [],
      stopExpiry: () => undefined,
      expiresAt: 0,
    };
    const session: KeptSession = { deployment, token, status: 'live', conversationId, ...fresh };
    sessions.set(key, session);
    touch(session);
    return session;
  };
  const find: SessionStore['find'] = (deploymentId, token) => {
    const known = sessions.get(keyOf(deploymentId, token));
    if (known !== undefined) return known;
    // A guest that the org has made has a session from the start.
    const guest = state.guestByToken(token);
    const deployment = deployments.get(deploymentId);
    const isIts = guest?.deploymentId === deploymentId && guest.channel === 'webmessaging';
    return isIts && deployment !== undefined ? begin(deployment, token, guest.conversationId) : undefined;
  };
  return { find, begin, touch, finish };
}

/** Tells the sockets of a session how it ends, and closes them where they are not meant to stay. */
function endWith(session: KeptSession, how: Ending, state: OrgState): void {
  const tell = (frame: object): void => {
    for (const connection of session.connections) connection.send(frame);
  };
  const close = (): void => {
    for (const connection of session.connections) connection.close();
    session.connections = [];
  };
  switch (how) {
    case 'expire':
      session.status = 'expired';
      tell(sessionExpired());
      break;
    case 'end':
    case 'close':
      session.status = 'read-only';
      if (session.conversationId !== undefined) state.end(session.conversationId);
      if (how === 'end') tell(disconnected());
      break;
    case 'sign-in':
      tell(connectionClosed('signedIn'));
      close();
      break;
    case 'logout':
      session.status = 'gone';
      tell(logout());
      close();
      break;
    case 'forget':
      session.status = 'gone';
      break;
  }
}
