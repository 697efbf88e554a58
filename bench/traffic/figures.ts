import * as z from 'zod';
import { figure } from '../measure/figures.ts';
import { PARTS } from '../scale/cost.ts';

/** What results.json keeps of this part. */

const estimate = z.object({ value: z.number(), error: z.number() });

/** What is counted, in the order of the tables. */
export const LINES = [
  'frames',
  'invocations',
  'reads',
  'writes',
  'calls',
  'queueRequests',
  'acks',
  'logBytes',
  'lambdaMs',
  'egressBytes',
] as const;
export type Line = (typeof LINES)[number];

export const lineFigures = z.record(z.enum(LINES), figure);

const contender = z.object({
  name: z.string(),
  kind: z.enum(['ours', 'fed', 'tutorial', 'cadence']),
  /** Of a typing minute. */
  counts: lineFigures,
  /** Requests that ask about a session before its first message; of a typing minute. */
  checks: figure,
  /** Dollars for a million typing minutes, and for a million client frames. */
  dollarsPerMinute: figure,
  dollarsPerFrame: figure,
  /** The dollars of a million typing minutes by part, over all rounds. */
  parts: z.array(z.object({ part: z.enum(PARTS), dollars: z.number() })),
  /** Over all rounds; ± is one standard error. */
  accuracy: estimate,
  flickers: estimate,
});
export type ContenderFigures = z.infer<typeof contender>;

/** One of ours beside another, in the same conversations: ours less theirs. */
const rival = z.object({
  name: z.string(),
  accuracyMore: estimate,
  callsMore: estimate,
});
export type Rival = z.infer<typeof rival>;

/** Cost over the tutorial's. */
const ratios = {
  /** Of a typing minute. */
  perMinute: figure,
  /** Of a client frame, where the tutorial's client sent the same ones to both. */
  perSameFrame: figure,
};

const standing = z.object({
  name: z.string(),
  tutorial: z.string(),
  fed: z.string(),
  ...ratios,
  /** Of a client frame, each with its own client: of few frames, and of many. */
  perOwnFrame: figure,
  /** Of a typing minute: connections that the relay closed to the tutorial's client for a flood of frames. */
  floods: figure,
  /** What both sides' own time does to it: with none, as it is taken, with twice as much. */
  ownTimes: z.array(z.object({ factor: z.number(), ...ratios })),
  /** Others before the same upstream as ours, and before their own far sides. */
  sameUpstream: z.array(rival),
  ownFarSides: z.array(rival),
});
export type Standing = z.infer<typeof standing>;

const ownTime = z.object({ ms: z.number(), memoryMb: z.number(), source: z.string() });

export const figures = z.object({
  seeds: z.int().positive(),
  drafts: z.int().positive(),
  keys: z.int().positive(),
  /** The share of a chat in which the guest types. */
  typingShare: z.number(),
  ownTimes: z.object({ ours: ownTime, tutorial: ownTime }),
  contenders: z.array(contender),
  /** The other systems' cadences before the upstreams of ours. */
  sameUpstream: z.array(contender),
  standings: z.array(standing),
});
export type TrafficFigures = z.infer<typeof figures>;
