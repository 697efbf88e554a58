import * as z from 'zod';
import { ticketKeys } from '../../functions/relay/ticket-keys.ts';
import { cpu } from './cpu.ts';

/** What the parts of this comparison, each a process of its own, tell each other. */

/** A stack that is up: where its clients connect, its simulated org, and what its tickets are sealed with. */
export const upStack = z.object({ gateway: z.string(), genesys: z.string(), ticketKeyFile: z.string() });
export type UpStack = z.infer<typeof upStack>;

/** What the driver is started with. */
export const crowdOptions = z.object({
  gateway: z.string(),
  genesys: z.string(),
  keys: ticketKeys,
  connections: z.int().positive(),
});
export type CrowdOptions = z.infer<typeof crowdOptions>;

/** How a crowd types for a while. */
export const typingOptions = z.object({
  /** Messages under way at a time, at most: the next is sent when one has arrived. */
  underWay: z.int().positive(),
  /** Messages a second, where they go by the clock instead. */
  perSecond: z.number().positive().optional(),
  /** Each guest types no more than one "on" and its "off"; it is over when all have. */
  once: z.boolean().optional(),
  /** Typed before what is measured. */
  warmUpMs: z.number().nonnegative(),
  measuredMs: z.number().positive(),
});
export type TypingOptions = z.infer<typeof typingOptions>;

/** What the driver is told to do. */
export const order = z.discriminatedUnion('do', [
  z.object({ do: z.literal('open'), crowd: crowdOptions }),
  z.object({ do: z.literal('type'), typing: typingOptions }),
]);
export type Order = z.infer<typeof order>;

/** What became of a crowd's messages. */
export const account = z.object({
  /** Of the whole time. */
  sent: z.int(),
  /** Came upstream, once each. */
  arrived: z.int(),
  /** Never came upstream. */
  lost: z.int(),
  /** Came upstream though nobody had sent them, or once more: but for an "off" that the relay says again. */
  doubled: z.int(),
  /** An "off" that came once more: the relay says it again where it cannot know which of two came last. */
  repeated: z.int(),
  /** Of the measured time alone: milliseconds from client to upstream, in order. */
  latencies: z.array(z.number()),
  /** Sessions that had a frame relayed in the measured time, by their conversations. */
  sessions: z.array(z.string()),
  /** What else went wrong, and how often. */
  trouble: z.record(z.string(), z.int()),
  /** What it took of the processors, all in all; the side adds it, where the system tells. */
  cpu: cpu.optional(),
});
export type Account = z.infer<typeof account>;

/** What the driver answers. */
export const report = z.discriminatedUnion('done', [
  z.object({ done: z.literal('open'), open: z.int(), seconds: z.number(), trouble: account.shape.trouble }),
  z.object({ done: z.literal('type'), account }),
  z.object({ done: z.literal('failed'), error: z.string() }),
]);
export type Report = z.infer<typeof report>;
