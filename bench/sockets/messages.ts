import * as z from 'zod';

/** What the measured process is told, and what it answers. */

/** Ways to send a frame. */
export const SENDERS = ['kept', 'checked', 'reconnect', 'sample'] as const;
export type SenderName = (typeof SENDERS)[number];

const how = {
  sender: z.enum(SENDERS),
  url: z.string(),
  /** How far the clock is set forward before each frame. */
  aheadMs: z.number(),
};

export const order = z.discriminatedUnion('kind', [
  /** One frame. */
  z.object({ kind: z.literal('send'), text: z.string(), ...how }),
  /** Frames with a pause after each; the first one opens and warms, and is not measured. */
  z.object({ kind: z.literal('batch'), texts: z.array(z.string()), pauseMs: z.number(), ...how }),
  /** Forgets the sockets. */
  z.object({ kind: z.literal('forget') }),
]);
export type Order = z.infer<typeof order>;

const call = z.object({
  text: z.string(),
  /** Of the machine's clock, in milliseconds. */
  start: z.number(),
  end: z.number(),
  /** Why it failed. */
  error: z.string().optional(),
});
export type Call = z.infer<typeof call>;

export const answer = z.object({
  calls: z.array(call),
  /** Of the whole process, in milliseconds a call, its pause and what came in meanwhile included. */
  cpuMs: z.number(),
});
export type Answer = z.infer<typeof answer>;
