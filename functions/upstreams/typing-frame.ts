import * as z from 'zod/mini';
import { defineUpstream } from '../relay/upstream.ts';

/**
 * The thread's first way: the typing payload over the guest's own socket, whose URL stands in the `connection` object
 * of the guest creation response. The bubble is held until the `false`.
 */
export const typingFrame = defineUpstream({
  kind: 'typing-frame',
  timing: 'held',
  session: z.object({
    kind: z.literal('typing-frame'),
    // Whether it is a URL at all, the host rule finds.
    socketUrl: z.string().check(z.regex(/^wss?:\/\/[^ #]+$/)),
  }),
  identity: ({ socketUrl }) => [socketUrl],
  urls: ({ socketUrl }) => [socketUrl],
  message: (isTyping, { socketUrl }) => ({
    via: 'socket',
    url: socketUrl,
    frame: { type: 'typing', data: { isTyping } },
  }),
});
