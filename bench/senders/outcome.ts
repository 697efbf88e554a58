import * as z from 'zod';

/** What a process that measures one side once tells. */
export const outcome = z.object({
  /** Nanoseconds for each key or message. */
  ns: z.number().positive(),
  /** Keys or messages of one replay. */
  steps: z.int().positive(),
  /** Frames that one replay sent, or messages that it sent on. */
  said: z.int(),
  /** What it made of the trace that everybody knows. */
  known: z.string(),
  /** Which bad events it took, by their place in the list. */
  took: z.array(z.int()),
});
export type Outcome = z.infer<typeof outcome>;

/** Who stands for the relay where messages are played. */
const RELAYED = ['ours, expiring', 'ours, held', 'Zulip', 'Stream'] as const;

/** What is compared, who takes part in it, and in which order they are told of. */
export const CONTESTS = {
  keys: ['ours', 'Zulip', 'Stream', 'nobody'],
  messages: RELAYED,
  first: ['ours, held', 'Zulip'],
  frames: RELAYED,
  asking: RELAYED,
  decisions: RELAYED,
} as const;
export type ContestName = keyof typeof CONTESTS;
