import * as z from 'zod/mini';
import { RelayError } from './errors.ts';
import type { ServerFrame } from './server-frames.ts';

/** The client's side of the wire, as docs/protocol.md promises it: its frames, and how one is read and answered. */

export const frameId = z.string().check(z.minLength(1), z.maxLength(64));

/** The thread's payload, with an id where the client wants an ack. Strict: a misspelt key is told, not swallowed. */
export const typingFrame = z.strictObject({
  type: z.literal('typing'),
  data: z.strictObject({ isTyping: z.boolean() }),
  id: z.optional(frameId),
});
export type TypingFrame = z.infer<typeof typingFrame>;

export const pingFrame = z.strictObject({ type: z.literal('ping') });

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

/** What a client sends that asks for no ack, to the letter: nearly every frame, and there is nothing to check in it. */
const USUAL = new Map<string, TypingFrame>(
  [true, false].map((isTyping) => {
    const frame = { type: 'typing', data: { isTyping } } as const;
    return [JSON.stringify(frame), frame];
  }),
);

/** Reads the text of a typing frame. @throws RelayError `bad_json`, `bad_frame` */
export const parseTypingFrame = (text: string): TypingFrame =>
  USUAL.get(text) ?? parseFrame('typing', typingFrame, text);

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
