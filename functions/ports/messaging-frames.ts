import * as z from 'zod/mini';
import { STATE_LIFE_S } from '../relay/constants.ts';
import { RelayError, unavailable } from '../relay/errors.ts';
import { orNothing } from '../relay/or-nothing.ts';
import { tryJson } from './http.ts';

/**
 * What the web messaging service says on a guest's socket, and what that means for typing. Unknown frames mean nothing.
 * Source: genesys-messenger-transport-mobile-sdk, WebMessagingMessage.kt, MessageClassName.kt, ErrorCode.kt,
 * SessionResponse.kt, TooManyRequestsErrorMessage.kt; every field may be absent.
 */
const envelope = z.object({
  class: orNothing(z.string()),
  code: orNothing(z.number()),
  body: z.optional(z.unknown()),
  tracingId: orNothing(z.string()),
});

const sessionResponse = z.object({
  connected: orNothing(z.boolean()),
  newSession: orNothing(z.boolean()),
  readOnly: orNothing(z.boolean()),
});
const tooManyRequests = z.object({ retryAfter: orNothing(z.number()) });

/** `ready`: the session is configured. `heard`: an answer to the frame with this tracing id that refuses nothing. */
export type Meaning =
  { is: 'ready' } | { is: 'heard'; tracingId: string } | { is: 'refused'; error: RelayError } | undefined;

/** Reads one text frame. */
export function meaningOf(text: string): Meaning {
  const frame = envelope.safeParse(tryJson(text)).data;
  if (!frame) return undefined;
  const error = refusalIn(frame);
  if (error) return { is: 'refused', error };
  if (frame.class === 'SessionResponse') return { is: 'ready' };
  return frame.tracingId === undefined ? undefined : { is: 'heard', tracingId: frame.tracingId };
}

type Frame = z.infer<typeof envelope>;

function refusalIn({ class: name, code, body }: Frame): RelayError | undefined {
  switch (name ?? '') {
    case 'SessionResponse':
      return refusedSession(sessionResponse.safeParse(body).data ?? {});
    case 'SessionExpiredEvent':
      return ended('session_expired');
    case 'ConnectionClosedEvent':
    case 'LogoutEvent':
    case 'SessionClearedEvent':
      return ended('connection_closed');
    case 'StructuredMessage':
      return isReadOnly(body) ? ended('session_read_only') : undefined;
    case 'TooManyRequestsErrorMessage':
      return rateLimited(tooManyRequests.safeParse(body).data?.retryAfter);
    case 'string':
      return code === undefined || code === 200 ? undefined : refusedFrame(code, body);
    default:
      // Java's client knows a class "Error"; whatever it is called, a code of these is no success.
      return code !== undefined && code >= 400 ? refusedFrame(code, body) : undefined;
  }
}

/** The agent, or a flow, ended the conversation (web-messaging-sdk-java, EventPresenceType.md: Disconnect). */
const disconnected = z.object({
  events: z.array(z.object({ presence: orNothing(z.object({ type: orNothing(z.string()) })) })),
  metadata: z.object({ readOnly: z.string() }),
});

function isReadOnly(body: unknown): boolean {
  const { data } = disconnected.safeParse(body);
  return (
    data?.metadata.readOnly === 'true' && data.events.some(({ presence }) => presence?.type === 'Disconnect')
  );
}

/** `newSession` is the only sign that a token names no live session: a mistyped one opens a new session in silence. */
function refusedSession({ connected, newSession, readOnly }: z.infer<typeof sessionResponse>) {
  if (readOnly === true || connected === false) return ended('session_read_only');
  return newSession === true ? ended('session_not_found') : undefined;
}

function refusedFrame(code: number, body: unknown): RelayError {
  const cause = new Error(`the guest socket was answered with code ${code}`);
  const rejected = (reason: NonNullable<RelayError['reason']>, message: string) =>
    new RelayError('upstream_rejected', message, { reason, cause });
  switch (code) {
    case 4006:
      return ended('session_expired');
    case 4007:
      return ended('session_not_found');
    case 4017:
      return ended('bad_credentials');
    case 4029:
    case 429:
      return rateLimited(undefined);
    case 401:
      return rejected('bad_credentials', MUST_LOG_IN);
    case 403:
      // MessagingClientImpl.kt tells the two sorts of 403 apart by these beginnings.
      return typeof body === 'string' &&
        /^(Session authentication failed|Try to authenticate again)/.test(body)
        ? rejected('bad_credentials', MUST_LOG_IN)
        : rejected('feature_disabled', FEATURE_DISABLED);
    case 4000:
      return rejected('feature_disabled', FEATURE_DISABLED);
    default:
      if (code === 408 || (code >= 500 && code < 600) || code === 5000) return unavailable(cause);
      return rejected(
        'invalid_request',
        `Web messaging refused the guest's session or its typing with code ${code}. Check deploymentId and token in the ticket.`,
      );
  }
}

const MUST_LOG_IN =
  'Web messaging wants the guest to log in again: this session is authenticated, and its log-in is over. Get a new ticket once the guest has logged in.';
const FEATURE_DISABLED =
  'Typing of guests is switched off for this deployment. Turn on the typing indicator for users (showUserTypingIndicator) in its Messenger configuration and publish it.';

const ENDINGS = {
  session_expired:
    "The guest's web messaging session has expired. Get a new ticket once the guest has begun a new one.",
  session_not_found:
    "The token in the ticket names no live web messaging session of this deployment. Take the token that the guest's own client configured its session with.",
  session_read_only:
    "The conversation has ended, and the guest's session is read-only: nobody would see typing.",
  bad_credentials:
    'The guest of this session has logged in, and the relay speaks for guests who have not. Use another upstream for guests who log in.',
  connection_closed:
    'Web messaging closed this connection: the guest has more than three open, signed in elsewhere, or left. Get a new ticket and connect again.',
} as const;

const ended = (reason: keyof typeof ENDINGS): RelayError =>
  new RelayError('session_ended', ENDINGS[reason], { reason });

/** `retryAfter` is in seconds (TooManyRequestsErrorMessage.kt); nothing is remembered for longer than a session's state. */
const rateLimited = (retryAfter = 1): RelayError =>
  new RelayError(
    'upstream_rate_limited',
    "The guest's session sends too many messages for Genesys. Wait before typing again.",
    { retryAfterMs: Math.round(Math.min(Math.max(1, retryAfter), STATE_LIFE_S) * 1_000) },
  );
