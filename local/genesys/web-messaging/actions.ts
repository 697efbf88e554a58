import { randomBytes } from 'node:crypto';

import * as z from 'zod/mini';

import type { Deployment } from '../deployments.ts';
import type { OrgPorts } from '../ports.ts';
import * as frames from './frames.ts';
import { CODE } from './frames.ts';
import { onMessage } from './on-message.ts';
import type { Connection, Session } from './session-store.ts';

/** A guest's socket, as far as it has come. */
export interface Guest extends Connection {
  readonly deployment: Deployment;
  /** Of the session that was configured on it. */
  token?: string;
}

/** What every frame of a guest has (§1.5); a frame that is not even this is answered as a whole. */
export const envelope = z.object({
  action: z.string(),
  token: z.optional(z.string()),
  tracingId: z.optional(z.string()),
});
export type Envelope = z.infer<typeof envelope>;

/** A frame in a session that is there and not over. */
export interface Acting {
  frame: unknown;
  tracingId: string | undefined;
  guest: Guest;
  session: Session;
  ports: OrgPorts;
}

type Act = (acting: Acting) => void;

const acts: ReadonlyMap<string, Act> = new Map([
  ['onMessage', onMessage],
  ['echo', echo],
  ['getJwt', getJwt],
  ['closeSession', closeSession],
]);

/** Of the published actions (§1.5), those that this org knows and does not play. */
const FEATURES: ReadonlySet<string> = new Set([
  'configureAuthenticatedSession',
  'onAttachment',
  'getAttachment',
  'deleteAttachment',
  'disconnectCustomer',
  'resumeToken',
  'getConfiguration',
]);

/** A guest's token has at most so many characters (§1.6). */
const TOKEN_MAX_LENGTH = 2048;

/** The text of a request that makes no sense, in a fixture of genesys-messenger-transport-mobile-sdk. */
const FAILED = 'Request failed.';

/** Answers one frame. */
export function act(frame: unknown, guest: Guest, ports: OrgPorts): void {
  const read = envelope.safeParse(frame);
  if (!read.success) {
    guest.send(frames.plainError(CODE.badRequest, FAILED));
    return;
  }
  const { action, token = '', tracingId } = read.data;
  const refuse = (code: number, text: string): void => {
    guest.send(frames.plainError(code, text, tracingId));
  };
  if (FEATURES.has(action)) refuse(CODE.featureUnavailable, `This org does not play ${action}.`);
  else if (action !== 'configureSession' && !acts.has(action)) refuse(CODE.badRequest, FAILED);
  else if (token === '') refuse(CODE.missingParameter, 'Missing parameter: token');
  else if (token.length > TOKEN_MAX_LENGTH) refuse(CODE.badRequest, 'The token is over 2048 characters.');
  else if (action === 'configureSession') configure(frame, token, tracingId, guest, ports);
  // What Genesys answers to an action without a session on this socket is not published; an error it is.
  else if (guest.token === undefined) refuse(CODE.badRequest, 'configureSession comes first.');
  else {
    const session =
      guest.token === token ? ports.sessions.find(guest.deployment.deploymentId, token) : undefined;
    if (session === undefined || session.status === 'gone')
      refuse(CODE.sessionNotFound, 'Session not found.');
    else if (session.status === 'expired') refuse(CODE.sessionHasExpired, 'Session has expired.');
    else acts.get(action)?.({ frame, tracingId, guest, session, ports });
  }
}

const configureRequest = z.object({ deploymentId: z.string(), startNew: z._default(z.boolean(), false) });

function configure(
  frame: unknown,
  token: string,
  tracingId: string | undefined,
  guest: Guest,
  { sessions }: OrgPorts,
): void {
  const read = configureRequest.safeParse(frame);
  if (!read.success) {
    guest.send(frames.plainError(CODE.missingParameter, 'Missing parameter: deploymentId', tracingId));
    return;
  }
  if (read.data.deploymentId !== guest.deployment.deploymentId) {
    guest.send(frames.plainError(CODE.badRequest, 'Deployment not found', tracingId));
    return;
  }
  const configured = sessions.configure(guest, guest.deployment, token, read.data.startNew);
  if (configured === undefined) {
    guest.send(frames.plainError(CODE.sessionHasExpired, 'Session has expired.', tracingId));
    return;
  }
  guest.token = token;
  const { session, newSession } = configured;
  if (session.status === 'live') sessions.touch(session);
  const readOnly = session.status === 'read-only';
  guest.send(
    frames.sessionResponse({ connected: true, newSession, readOnly, ...lifeOf(session) }, tracingId),
  );
}

function lifeOf({ deployment, expiresAt }: Session): { durationSeconds: number; expirationDate: number } {
  return {
    durationSeconds: deployment.sessionDurationSeconds,
    expirationDate: Math.floor(expiresAt / 1000),
  };
}

const echoRequest = z.object({ message: z.object({ text: z.string() }) });

/** The health check of the clients: they know its answer by the `tracingId` (§1.9). */
function echo({ frame, tracingId, guest, session }: Acting): void {
  const read = echoRequest.safeParse(frame);
  if (!read.success) {
    guest.send(frames.plainError(CODE.missingParameter, 'Missing parameter: message', tracingId));
    return;
  }
  const { durationSeconds, expirationDate } = lifeOf(session);
  const metadata = { durationSeconds: String(durationSeconds), expirationDate: String(expirationDate) };
  guest.send(frames.echo(read.data.message.text, metadata, tracingId));
}

const JWT_LIFE_S = 3600;

/** Three parts as a JWT has; nothing here takes it, for there is no history (§1.6). */
function getJwt({ tracingId, guest, ports }: Acting): void {
  const part = (): string => randomBytes(24).toString('base64url');
  const exp = Math.floor(ports.now() / 1000) + JWT_LIFE_S;
  guest.send(frames.response('JwtResponse', { jwt: `${part()}.${part()}.${part()}`, exp }, tracingId));
}

/** Ends the conversation by the guest's wish: read-only from now on (§1.5). */
function closeSession({ tracingId, session, ports }: Acting): void {
  ports.sessions.finish(session, 'close');
  const over = { connected: false, newSession: false, readOnly: true, ...lifeOf(session) };
  ports.sessions.tell(session, frames.sessionResponse(over, tracingId));
}
