import { digits } from '../measure/words.ts';
import { awayMs, burdenOf, byBurden, dollarsAt, isBetter } from './cost.ts';
import { PERIOD_US } from './cpu-share.ts';
import type { Kind } from './kinds.ts';
import type { MemoryFigures } from './memory.ts';
import { firstMemoryTable, memoryTable } from './tables.ts';

type Warm = MemoryFigures['warm'][number];

const dollars = (one: Warm): string => `$${dollarsAt(one, one.ours).whole.toFixed(3)}`;
const words = (one: Warm): string => `p95 ${digits(one.ours.p95)} ms, ${dollars(one)} a million`;

/** `104 ms (open-messaging) and 108 ms (participant-state)` */
const awayWords = ({ warm }: MemoryFigures): string =>
  [
    ...new Map(warm.map(({ kind, asks }) => [kind, `${digits(awayMs(asks))} ms (\`${kind}\`)`])).values(),
  ].join(' and ');

const PICTURE = `
![The first message of a new environment, by memory](performance/handlers-first.svg)
`;

/** A kind's best setting, and what the deployed one costs beside it. */
interface Standing {
  kind: Kind;
  best: Warm;
  deployed: Warm;
  /** The deployed setting's p95 × $ over the best one's. */
  over: number;
}

function standingOf(memory: MemoryFigures, kind: Kind, deployedMb: number): Standing | undefined {
  const settings = byBurden(memory, kind);
  const deployed = settings.find(({ memoryMb }) => memoryMb === deployedMb);
  const [best] = settings;
  return best && deployed && { kind, best, deployed, over: burdenOf(deployed) / burdenOf(best) };
}

function standingText({ kind, best, deployed, over }: Standing): string {
  if (best === deployed)
    return `- \`${kind}\`: ${best.memoryMb} MB, which is deployed, has the least (${words(best)}).`;
  return (
    `- \`${kind}\`: ${best.memoryMb} MB has the least (${words(best)}); ` +
    `${deployed.memoryMb} MB, which is deployed, ${over.toFixed(2)}× as much of it (${words(deployed)}).`
  );
}

/** What follows for the setting. */
function verdict(standings: readonly Standing[], deployedMb: number): string {
  const short = standings.filter(({ best, deployed }) => isBetter(best, deployed));
  if (short.length === 0)
    return `So ${deployedMb} MB stay: no setting is better beyond what p95 is uncertain by.`;
  const better = short.map(({ kind, best }) => `${best.memoryMb} MB for \`${kind}\``).join(', ');
  return (
    `So another setting is better, beyond what p95 is uncertain by: ${better}. ` +
    '`MEMORY_MB` in infra/relay-function.ts is where it is set.'
  );
}

/** What the first message of an environment says to the choice. */
function firstText({ first }: MemoryFigures, deployedMb: number): string {
  const of = first.find(({ memoryMb }) => memoryMb === deployedMb);
  const most = first.filter(({ kind }) => kind === of?.kind).toSorted((a, b) => b.memoryMb - a.memoryMb)[0];
  if (!of || !most || most === of) return '';
  return (
    ` The first message of an environment (\`${of.kind}\`) takes ${digits(of.wall.ours.median)} ms at ${of.memoryMb} MB, ` +
    `and ${digits(most.wall.ours.median)} ms at ${most.memoryMb} MB.`
  );
}

/** How much of a message's cost memory has to do with. */
function shareText({ warm }: MemoryFigures): string {
  const shares = warm.map((one) => {
    const { time, whole } = dollarsAt(one, one.ours);
    return (100 * time) / whole;
  });
  return (
    `Lambda's time, the one part of that which memory changes, is ${digits(Math.min(...shares))} % to ` +
    `${digits(Math.max(...shares))} % of what a message costs in these rows.`
  );
}

function choiceText(memory: MemoryFigures, deployedMb: number): string {
  const kinds = [...new Set(memory.warm.map(({ kind }) => kind))];
  const standings = kinds.flatMap((kind) => standingOf(memory, kind, deployedMb) ?? []);
  if (standings.length === 0) return `The deployed setting, ${deployedMb} MB, was not among those measured.`;
  return `${standings.map(standingText).join('\n')}\n\n${verdict(standings, deployedMb)}${firstText(memory, deployedMb)}`;
}

/**
 * The part of the section that argues for a memory setting.
 * @param deployedMb the one that is deployed
 * @param isDrawn whether there is a picture of first messages
 */
export function memoryText(memory: MemoryFigures, deployedMb: number, isDrawn: boolean): string {
  const messages = memory.warm[0]?.ours.messages ?? 0;
  return `### How much memory

Lambda's share of a processor, emulated by control groups: so many of each ${PERIOD_US / 1_000} ms as the memory has of 1,769 MB. INIT runs outside. Warm messages with a pause between them, ${messages} of each side in each row, those of all rounds together; beside a p95 stands where that of ever so many messages lies, 19 times in 20:

${memoryTable(memory)}
A million messages cost what API Gateway and Lambda take for them, and what each asks of table and queue, as the benchmark of a typing minute counts it and the far side saw it here; the mean of an "on" and an "off" where typing is held. A watch that the queue brings later is another function's run. Lambda bills what a message waits for as well, and here nothing is far away: ${awayWords(memory)} are added for a round trip upstream and the operations of the table, as [scale.md](scale.md) takes them.

The first message of a new environment:

${firstMemoryTable(memory)}${isDrawn ? PICTURE : ''}
Which setting is best for the money: the least of p95, what the slowest in twenty wait with those milliseconds, times what a million messages cost.

${choiceText(memory, deployedMb)}

${shareText(memory)} The emulation knows processor time alone: Lambda's network and its neighbours are not in it.
`;
}
