import { createHash } from 'node:crypto';
import type * as z from 'zod/mini';
import type { AllowsUrl } from './hosts.ts';

/** A message that an upstream wants sent. Plain data: the ports know how. */
export type UpstreamMessage = SocketMessage | RestMessage | WebMessagingMessage;

/** A frame on the socket at a URL, which stays open for the next. */
export interface SocketMessage {
  via: 'socket';
  url: string;
  frame: unknown;
}

/** A call to the platform API: `path` begins with `/api/v2/`. */
export interface RestMessage {
  via: 'rest';
  method: 'POST' | 'GET';
  path: string;
  body?: unknown;
  /** A token of the session's own, which stands in for the service account. */
  bearer?: { token: string; owner: 'guest' | 'agent' } | undefined;
  /** The permission that the call takes, for a refusal that does not name it. */
  permission: string;
}

/** A message of a guest to its web messaging session. */
export interface WebMessagingMessage {
  via: 'web-messaging';
  deploymentId: string;
  /** The guest's token: a bearer secret. */
  token: string;
  message: unknown;
}

/** Something to make sure of before a session's first message, because the far side fails in silence. */
export interface SessionCheck {
  /** Names what was checked, so that it is asked once: the same key is the same question. */
  key: string;
  question: RestMessage;
  /** @throws RelayError when the answer (parsed JSON) says that typing would not be shown */
  judge: (answer: unknown) => void;
}

/** One upstream session, opened: what a ticket names, checked, and ready to be mapped. */
export interface Session {
  kind: string;
  /** The same for every connection of the same upstream session, and no secret: a digest. */
  key: string;
  timing: Timing;
  /** What to send for a typing state, at a time (epoch ms); undefined where the far side knows no such message. */
  message: (isTyping: boolean, at: number) => UpstreamMessage | undefined;
  check: SessionCheck | undefined;
  /** Names what the far side sends back by webhook for this session, if it does: connections are found by it. */
  inbox: string | undefined;
}

/** `held`: shown until told off. `expiring`: the far side lets it lapse by itself. */
export type Timing = 'held' | 'expiring';

/** One way to show typing upstream: a pure mapping and the schema of its session. */
interface UpstreamSpec<Fields> {
  kind: string;
  timing: Timing;
  session: z.ZodMiniType<Fields>;
  message: (isTyping: boolean, fields: Fields, at: number) => UpstreamMessage | undefined;
  /** What tells one upstream session from another: several tabs of a guest have the same. */
  identity: (fields: Fields) => string[];
  /** The URLs in a session that the relay would talk to; each must pass the host rule. */
  urls?: (fields: Fields) => string[];
  check?: (fields: Fields) => SessionCheck | undefined;
  inbox?: (fields: Fields) => string;
}

export interface Upstream {
  kind: string;
  /** Checks a ticket's session fields. @throws SessionError */
  open: (fields: unknown, allowsUrl: AllowsUrl) => Session;
}

/** A session that a ticket cannot mean: a field is missing or wrong, or its host is not allowed. Holds no values. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
}

/** Makes an upstream of its mapping. */
export function defineUpstream<Fields>(spec: UpstreamSpec<Fields>): Upstream {
  const { kind, timing } = spec;
  return {
    kind,
    open(fields, allowsUrl) {
      const parsed = spec.session.safeParse(fields);
      if (!parsed.success) {
        const names = parsed.error.issues.map((issue) => issue.path.join('.') || 'the session');
        throw new SessionError(`upstream ${kind}: missing or wrong: ${names.join(', ')}`);
      }
      const session = parsed.data;
      if (!(spec.urls?.(session) ?? []).every(allowsUrl)) {
        throw new SessionError(
          `upstream ${kind}: a host that is neither of a Genesys region nor in allowedHosts`,
        );
      }
      return {
        kind,
        timing,
        key: digest([kind, ...spec.identity(session)]),
        message: (isTyping, at) => spec.message(isTyping, session, at),
        check: spec.check?.(session),
        inbox: spec.inbox?.(session),
      };
    },
  };
}

/** A name for what these parts name together, and no way back to them. */
export const digest = (parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
