import * as z from 'zod/mini';

/** What a queue hands to a function. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const queueEvent = z.object({
  Records: z.array(z.object({ messageId: z.string(), body: z.string() })),
});

/** A watch, as ports/queue.ts wrote it. */
export const watchBody = z.object({
  sealedSession: z.string(),
  shownAt: z.optional(z.number()),
  unclear: z.optional(z.boolean()),
  failures: z.optional(z.number()),
});
