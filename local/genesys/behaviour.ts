import * as z from 'zod/mini';

const status = z.int().check(z.gte(200), z.lte(599));
const refusedOrSilent = z.enum(['silent', 'refused']);

/**
 * What nobody but a live org can tell, and the numbers that a test wants smaller: settable, so that the relay can be
 * tried against each answer. The § are those of the published facts that the tests of this folder cite.
 */
export const behaviourSchema = z.strictObject({
  /** How long a typing event shows, in milliseconds, where it names no duration itself (§2.2). */
  displayMs: z.int().check(z.gte(1), z.lte(600_000)),
  /** Frames with action `onMessage` that a session may send each second, over all its sockets (§2.2). */
  onMessagePerSecond: z.int().check(z.gte(1)),
  /** Sockets at once on one token; one more evicts the oldest (§1.8: "currently 3"). */
  connectionsPerToken: z.int().check(z.gte(1)),
  /** An upgrade without Origin to a deployment that restricts its domains (§1.3: unknown). */
  missingOrigin: z.enum(['refused', 'accepted']),
  /** What a guest sends into a session that is read-only (§1.5: unknown). */
  inReadOnly: refusedOrSilent,
  /** A `configureSession` without `startNew` on the token of a session that has expired (unknown). */
  afterExpiry: z.enum(['refused', 'new-session']),
  /** Whether the guest's typing frame is echoed to its sockets (§2.1, §9.3: unknown). */
  echoesTyping: z.boolean(),
  /** Whether typing in a session without a conversation begins one (§9.4: unknown). */
  typingBeginsConversation: z.boolean(),
  /** Whether typing puts off the end of the session (§9.5: unknown). */
  typingExtendsSession: z.boolean(),
  /** Whether guests are told of an agent's typing when `showAgentTypingIndicator` is off (§2.5: unknown). */
  agentTypingWhenHidden: z.enum(['sent', 'dropped']),
  /** Whether the `duration` of the typing call is kept or replaced by `displayMs` (§9.1: unknown). */
  typingDuration: z.enum(['kept', 'replaced']),
  /** The 2xx of the typing call (§3.1: unknown). */
  typingStatus: status,
  /** Whether the typing call takes client credentials, or asks for a user context (§3.1: unknown). */
  typingByClientCredentials: z.enum(['accepted', 'refused']),
  /** The typing call with a communication that is in no such conversation (§3.1, §7: 404 or 409). */
  unknownCommunicationStatus: status,
  /** The typing call with a communication that has ended, after a transfer for one (§7: 404 or 409). */
  endedCommunicationStatus: status,
  /** The typing call with the guest's own communication (§9.2: unknown). */
  customerCommunicationStatus: status,
  /** An open event while the messaging setting is off; below 400 it is answered as usual and shows nothing. */
  openEventDisabledStatus: status,
  /** Fields in an open event that the model does not have: third parties send some and say it works (§3.2). */
  openEventExtraFields: z.enum(['refused', 'ignored']),
  /** Logins that a client may make each minute; null for any number (§4.1: unknown). */
  loginsPerMinute: z.nullable(z.int().check(z.gte(0))),
});

export type Behaviour = z.infer<typeof behaviourSchema>;
export const behaviourChange = z.partial(behaviourSchema);

export const defaultBehaviour: Behaviour = {
  displayMs: 5_000,
  onMessagePerSecond: 2,
  connectionsPerToken: 3,
  missingOrigin: 'refused',
  inReadOnly: 'silent',
  afterExpiry: 'refused',
  echoesTyping: false,
  typingBeginsConversation: false,
  typingExtendsSession: false,
  agentTypingWhenHidden: 'sent',
  typingDuration: 'kept',
  typingStatus: 202,
  typingByClientCredentials: 'accepted',
  unknownCommunicationStatus: 404,
  endedCommunicationStatus: 409,
  customerCommunicationStatus: 400,
  // What users report is silence: 200, and no bubble.
  openEventDisabledStatus: 200,
  openEventExtraFields: 'refused',
  loginsPerMinute: null,
};
