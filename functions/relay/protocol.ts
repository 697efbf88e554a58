import * as z from 'zod/mini';
import { ERROR_CODES, REJECTION_REASONS, RelayError } from './errors.ts';

/** The client's wire, as docs/protocol.md promises it: schemas of the frames, and how a frame is read and written. */

const frameId = z.string().check(z.minLength(1), z.maxLength(64));

/** The thread's payload, with an id where the client wants an ack. Strict: a misspelt key is told, not swallowed. */
export const typingFrame = z.strictObject({
  type: z.literal('typing'),
  data: z.strictObject({ isTyping: z.boolean() }),
  id: z.optional(frameId),
});
export type TypingFrame = z.infer<typeof typingFrame>;

export const pingFrame = z.strictObject({ type: z.literal('ping') });

/** What became of a typing message. */
export const OUTCOMES = ['forwarded', 'coalesced', 'stale', 'ignored'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const ackFrame = z.object({ type: z.literal('ack'), id: frameId, outcome: z.enum(OUTCOMES) });
export const pongFrame = z.object({ type: z.literal('pong') });
export const errorFrame = z.object({
  type: z.literal('error'),
  error: z.object({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    requestId: z.string(),
    reason: z.optional(z.enum(REJECTION_REASONS)),
    id: z.optional(frameId),
    retryAfterMs: z.optional(z.number()),
  }),
});

/** The agent types; shown until the time is over, another comes, or the agent's message does. */
export const agentTypingFrame = z.object({
  type: z.literal('typing'),
  data: z.object({ isTyping: z.boolean(), expiresInMs: z.optional(z.number()) }),
});

/** Everything that the relay sends to a client. */
export const serverFrame = z.discriminatedUnion('type', [ackFrame, pongFrame, errorFrame, agentTypingFrame]);
export type ServerFrame = z.infer<typeof serverFrame>;

/** Every type that a client may send, and its shape for one who sent something else. */
const EXAMPLES = {
  typing: '{"type":"typing","data":{"isTyping":true}}, with an optional "id" of 1 to 64 characters',
  ping: '{"type":"ping"}',
};
type ClientFrameType = keyof typeof EXAMPLES;

const isClientFrameType = (type: string): type is ClientFrameType => Object.hasOwn(EXAMPLES, type);
export const CLIENT_FRAME_TYPES = Object.keys(EXAMPLES).filter(isClientFrameType);

const hasType = z.object({ type: z.string() });
const hasId = z.object({ id: frameId });

/** Reads a frame's text. @throws RelayError `bad_json` */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words quote the guest's: they go nowhere.
    throw new RelayError('bad_json', `A frame must be JSON, such as ${EXAMPLES.typing}.`);
  }
}

function badFrame(type: ClientFrameType): RelayError {
  return new RelayError('bad_frame', `A ${type} frame is ${EXAMPLES[type]}, and has no other keys.`);
}

/** Reads the text of a frame that has a route of its own. @throws RelayError `bad_json`, `bad_frame` */
export function parseFrame<Frame>(type: ClientFrameType, schema: z.ZodMiniType<Frame>, text: string): Frame {
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) throw badFrame(type);
  return parsed.data;
}

/** Reads the text of a typing frame. @throws RelayError `bad_json`, `bad_frame` */
export const parseTypingFrame = (text: string): TypingFrame => parseFrame('typing', typingFrame, text);

/**
 * Answers a frame that no other route took: a ping gets its pong.
 * @throws RelayError `bad_json`, `bad_frame`, `unknown_type` that says what was wrong with any other
 */
export function answerOther(text: string): ServerFrame {
  const frame = parseJson(text);
  const known = `Known types: ${CLIENT_FRAME_TYPES.join(', ')}.`;
  const typed = hasType.safeParse(frame);
  if (!typed.success) {
    throw new RelayError('bad_frame', `A frame is a JSON object with a "type" that is a string. ${known}`);
  }
  const { type } = typed.data;
  if (!isClientFrameType(type)) throw new RelayError('unknown_type', `No such type. ${known}`);
  if (type !== 'ping' || !pingFrame.safeParse(frame).success) throw badFrame(type);
  return { type: 'pong' };
}

/** Whether the connection ends with this frame: API Gateway cannot say why it closes one, so a frame does before. */
export const isLast = (frame: ServerFrame): boolean =>
  frame.type === 'error' && frame.error.code === 'too_many_frames';

/** The id that a frame bears, also when the rest of it is wrong: it lets the client match the error to its frame. */
export function frameIdOf(text: string): string | undefined {
  try {
    return hasId.safeParse(JSON.parse(text)).data?.id;
  } catch {
    return undefined;
  }
}

/** What a client is told of a failure: code, sentence, ids; nothing of the cause. */
export function toErrorFrame(error: RelayError, requestId: string, id: string | undefined): ServerFrame {
  const { code, message, reason, retryAfterMs } = error;
  return {
    type: 'error',
    error: {
      code,
      message,
      requestId,
      ...(reason !== undefined && { reason }),
      ...(id !== undefined && { id }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    },
  };
}
