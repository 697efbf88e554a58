import * as z from 'zod';
import { FrameError } from './errors.ts';

const typingFrame = z.strictObject({
  type: z.literal('typing'),
  data: z.strictObject({ isTyping: z.boolean() }),
  id: z.string().min(1).max(64).optional(),
});
export type TypingFrame = z.infer<typeof typingFrame>;

/** Reads a client's frame. @throws FrameError `bad_json`, `bad_frame` */
export function parseFrame(body: string): TypingFrame {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    throw new FrameError('bad_json', 'A frame must be JSON.', { cause });
  }
  const frame = typingFrame.safeParse(json);
  if (!frame.success) throw new FrameError('bad_frame', 'This is no typing frame.', { cause: frame.error });
  return frame.data;
}

/** The event of a WebSocket API's message, as far as it is read. */
export const messageEvent = z.object({
  requestContext: z.object({
    eventType: z.literal('MESSAGE'),
    connectionId: z.string(),
    connectedAt: z.number(),
    requestId: z.string(),
    requestTimeEpoch: z.number(),
    authorizer: z.object({ session: z.string() }),
  }),
  body: z.string().default(''),
});
export type MessageEvent = z.infer<typeof messageEvent>;
