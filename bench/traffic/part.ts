import { definePart } from '../measure/part.ts';
import { CONTENDERS, SAME_UPSTREAM } from './contenders.ts';
import { figures } from './figures.ts';
import { OWN_TIMES } from './own-time.ts';
import { runRounds } from './rounds.ts';
import { section } from './section.ts';
import { summarise } from './summary.ts';

/** 120 conversations are 1,200 drafts; nine rounds of them tell accuracies apart that differ by .0015. */
const FULL = { conversations: 120, lossless: 12 } as const;
const QUICK = { conversations: 3, lossless: 2 } as const;

/** What a typing minute costs, beside the tutorial design and other systems' cadence. */
export const traffic = definePart({
  name: 'traffic',
  title: 'What a typing minute costs',
  figures,
  async measure({ quick, rounds, signal, say }) {
    const size = quick ? QUICK : FULL;
    const all = [...CONTENDERS, ...SAME_UPSTREAM];
    const measured = await runRounds(all, { ...size, rounds, signal, say, ownTimes: OWN_TIMES });
    return summarise(measured, OWN_TIMES);
  },
  section,
});
