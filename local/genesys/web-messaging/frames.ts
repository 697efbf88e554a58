import { randomUUID } from 'node:crypto';

/** What the org sends on the guest socket of web messaging: the envelope (§1.4) and what is in it. */

interface ServerFrame {
  type: 'response' | 'message';
  class: string;
  code: number;
  body: unknown;
  tracingId?: string | undefined;
}

export const response = (
  className: string,
  body: unknown,
  tracingId: string | undefined,
  code = 200,
): ServerFrame => ({
  type: 'response',
  class: className,
  code,
  body,
  ...(tracingId !== undefined && { tracingId }),
});

const message = (className: string, body: unknown): ServerFrame => ({
  type: 'message',
  class: className,
  code: 200,
  body,
});

/** The codes of its plain errors that this org gives (§1.12). */
export const CODE = {
  badRequest: 400,
  forbidden: 403,
  featureUnavailable: 4000,
  sessionHasExpired: 4006,
  sessionNotFound: 4007,
  missingParameter: 4020,
  requestRateTooHigh: 4029,
} as const;

export const plainError = (code: number, text: string, tracingId?: string): ServerFrame =>
  response('string', text, tracingId, code);

/** `retryAfter` is in seconds (§1.12). */
export const tooManyRequests = (retryAfter: number, tracingId?: string): ServerFrame =>
  response(
    'TooManyRequestsErrorMessage',
    {
      retryAfter,
      errorCode: CODE.requestRateTooHigh,
      errorMessage: 'Message rate too high for this session',
    },
    tracingId,
    429,
  );

/** The answer to `configureSession`, and with `connected: false` the one to `closeSession` (§1.5). */
export const sessionResponse = (
  about: {
    connected: boolean;
    newSession: boolean;
    readOnly: boolean;
    durationSeconds: number;
    expirationDate: number;
  },
  tracingId: string | undefined,
): ServerFrame =>
  response(
    'SessionResponse',
    {
      ...about,
      maxCustomDataBytes: 2048,
      allowedMedia: {},
      blockedExtensions: [],
      clearedExistingSession: false,
      autoStarted: false,
    },
    tracingId,
  );

const newId = (): string => randomUUID().replaceAll('-', '');

function structured(direction: 'Inbound' | 'Outbound', content: object, metadata: object = {}): ServerFrame {
  const id = newId();
  const channel = { time: new Date().toISOString(), messageId: id };
  const correlated = { correlationId: randomUUID(), ...metadata };
  return message('StructuredMessage', { direction, id, channel, metadata: correlated, ...content });
}

const typingContent = (duration: number): object => ({
  type: 'Event',
  events: [{ eventType: 'Typing', typing: { type: 'On', duration } }],
});

/** The agent types (§2.4). */
export const agentTyping = (duration: number): ServerFrame => structured('Outbound', typingContent(duration));

/** The guest's own typing, where the org echoes it: whether Genesys does is unknown (§2.1). */
export const guestTyping = (duration: number): ServerFrame => structured('Inbound', typingContent(duration));

export const agentText = (text: string): ServerFrame =>
  structured('Outbound', { type: 'Text', text, originatingEntity: 'Human' });

/** A guest's own message comes back to all of its sockets (§2.2). */
export const guestText = (text: string, metadata: object, tracingId?: string): ServerFrame => ({
  ...structured('Inbound', { type: 'Text', text, originatingEntity: 'Human' }, metadata),
  ...(tracingId !== undefined && { tracingId }),
});

/** The agent or the flow ended the conversation: the session is read-only from now on (§2.4). */
export const disconnected = (): ServerFrame =>
  structured(
    'Outbound',
    { type: 'Event', events: [{ eventType: 'Presence', presence: { type: 'Disconnect' } }] },
    { readOnly: 'true' },
  );

export const sessionExpired = (): ServerFrame => message('SessionExpiredEvent', {});
export const logout = (): ServerFrame => message('LogoutEvent', {});

/** @param reason none where the session has too many connections (§1.8) */
export const connectionClosed = (reason?: 'signedIn'): ServerFrame =>
  message('ConnectionClosedEvent', reason === undefined ? {} : { reason });

export const echo = (
  text: string,
  metadata: { durationSeconds: string; expirationDate: string },
  tracingId: string | undefined,
): ServerFrame =>
  response(
    'StructuredMessage',
    { text, type: 'Text', direction: 'Inbound', id: newId(), metadata },
    tracingId,
  );
