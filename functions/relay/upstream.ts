import { createHash } from 'node:crypto';
import type * as z from 'zod/mini';
import type { AllowsUrl } from './hosts.ts';

/** A message that an upstream wants sent. Plain data: the ports know how. */
export type UpstreamMessage =
  | { via: 'socket'; url: string; frame: unknown }
  | { via: 'rest'; method: 'POST' | 'GET'; path: string; body?: unknown; guestToken?: string | undefined };

/** Something to make sure of before a session's first message, because the far side fails in silence. */
export interface SessionCheck {
  /** Names what was checked, so that it is asked once: the same key is the same question. */
  key: string;
  question: UpstreamMessage & { via: 'rest' };
  /** @throws RelayError when the answer (parsed JSON) says that typing would not be shown */
  judge: (answer: unknown) => void;
}

/** One upstream session, opened: what a ticket names, checked, and ready to be mapped. */
export interface Session {
  kind: string;
  /** The same for every connection of the same upstream session, and no secret: a digest. */
  key: string;
  timing: Timing;
  /** What to send for a typing state; undefined where the far side knows no such message. */
  message: (isTyping: boolean) => UpstreamMessage | undefined;
  check: SessionCheck | undefined;
}

/** `held`: shown until told off. `expiring`: the far side lets it lapse by itself. */
export type Timing = 'held' | 'expiring';

/** One way to show typing upstream: a pure mapping and the schema of its session. */
interface UpstreamSpec<Fields> {
  kind: string;
  timing: Timing;
  session: z.ZodMiniType<Fields>;
  message: (isTyping: boolean, fields: Fields) => UpstreamMessage | undefined;
  /** What tells one upstream session from another: several tabs of a guest have the same. */
  identity: (fields: Fields) => string[];
  /** The URLs in a session that the relay would talk to; each must pass the host rule. */
  urls?: (fields: Fields) => string[];
  check?: (fields: Fields) => SessionCheck | undefined;
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
        message: (isTyping) => spec.message(isTyping, session),
        check: spec.check?.(session),
      };
    },
  };
}

const digest = (parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
