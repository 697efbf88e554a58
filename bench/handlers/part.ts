import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, definePart, type Part } from '../measure/part.ts';
import { chooseUsual } from './choice.ts';
import type { Stage } from './contenders.ts';
import { whyNoShares } from './cpu-share.ts';
import { type FarEnd, startFarEnd } from './far-end.ts';
import { figures, GAPS_KIND, type HandlersFigures } from './figures.ts';
import { measureFirst } from './first.ts';
import { type Kind, KINDS } from './kinds.ts';
import { measureLoad } from './load.ts';
import { measureMemory, MEMORIES, type MemoryLoad } from './memory.ts';
import { section } from './section.ts';
import { measureSize } from './size.ts';
import { measureWarm, type WarmLoad } from './warm.ts';

/** How much is measured: quick, only that it can be. */
interface Amounts {
  warm: WarmLoad;
  gaps: WarmLoad;
  memory: MemoryLoad;
  /** Kinds whose first invocations are measured. */
  first: readonly Kind[];
}

const FULL: Amounts = {
  warm: { guests: 20, turns: 15, warmUpTurns: 20 },
  gaps: { guests: 20, turns: 4, warmUpTurns: 10 },
  memory: { memories: MEMORIES, messages: 16, warmUpTurns: 150 },
  first: KINDS,
};
const QUICK: Amounts = {
  warm: { guests: 3, turns: 1, warmUpTurns: 1 },
  gaps: { guests: 3, turns: 1, warmUpTurns: 1 },
  memory: { memories: [256], messages: 2, warmUpTurns: 2 },
  // What is not among the warm ones.
  first: ['agent-communication', 'web-messaging'],
};

/** Expiring and held REST, and a socket that stays open. */
const WARM_KINDS = ['open-messaging', 'participant-state', 'typing-frame'] as const satisfies readonly Kind[];

/** A kept socket does more the longer it was idle, so a shorter time and none are looked at beside the usual one. */
const GAPS_MS = [3_000, 0] as const;

async function measureOn(bench: Bench, far: FarEnd, folder: string): Promise<HandlersFigures> {
  const amounts = bench.quick ? QUICK : FULL;
  const { environment, bundle, memoryMb } = far.ready;
  bench.say('handlers: the usual stack with fetch and axios');
  const choice = await chooseUsual({ bench, far }, folder, amounts.warm);
  const stage: Stage = { bench, far, files: { ours: bundle, usual: choice.messages } };
  const lightest = { ours: bundle, usual: choice.loading };
  const warm: HandlersFigures['warm'] = [];
  for (const kind of WARM_KINDS) {
    bench.say(`handlers: warm, ${kind}`);
    warm.push({ kind, ...(await measureWarm(stage, kind, amounts.warm)) });
  }
  const gaps: HandlersFigures['gaps'] = [];
  for (const gapMs of GAPS_MS) {
    bench.say(`handlers: warm, ${GAPS_KIND}, ${gapMs / 1_000} s after the last`);
    gaps.push({ gapMs, ...(await measureWarm(stage, GAPS_KIND, amounts.gaps, gapMs)) });
  }
  bench.say('handlers: loading');
  const load = await measureLoad(bench, { ...lightest, sdk: choice.sdk }, environment);
  const size = await measureSize({ ...stage, files: lightest }, choice.sdk);
  const first: HandlersFigures['first'] = [];
  for (const kind of amounts.first) {
    bench.say(`handlers: first invocation, ${kind}`);
    first.push({ kind, ...(await measureFirst(stage, kind)) });
  }
  const skipped = await whyNoShares();
  const memory = skipped === undefined ? await measureMemory(stage, amounts.memory) : { skipped };
  return { choice: choice.figures, warm, gaps, load, size, first, memory, memoryMb };
}

/** What a typing message takes of a function's processor, beside the same function of the usual libraries. */
export const handlers: Part = definePart({
  name: 'handlers',
  title: 'A message in the function',
  figures,
  async measure(bench) {
    const folder = await mkdtemp(join(tmpdir(), 'typing-relay-handlers-'));
    let far: FarEnd | undefined;
    try {
      far = await startFarEnd(bench.signal);
      return await measureOn(bench, far, folder);
    } finally {
      await far?.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
  section,
});
