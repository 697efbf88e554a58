import type { TopLevelSpec } from 'vega-lite';
import type { Goal, Section } from '../measure/part.ts';
import { digits, spread, times } from '../measure/words.ts';
import { OTHERS_COLOUR, OURS_COLOUR } from '../simulate/picture.ts';
import { count, markdownTable } from '../simulate/format.ts';
import { P99_SAMPLES, type P99, type SideFigures, type ThroughputFigures, type Trial } from './figures.ts';
import { ASKED_EVERY_MS } from './typing.ts';

/** As many times as many messages a second as the faster way of serverless-offline. */
const WANTED = 5;

interface NamedSide {
  name: string;
  /** Its name in the picture, where there is less room. */
  label: string;
  isOurs: boolean;
  figures: SideFigures;
}

const sidesOf = ({ ours, threads, inProcess }: ThroughputFigures): NamedSide[] => [
  { name: 'the local run', label: 'the local run', isOurs: true, figures: ours },
  {
    name: 'serverless-offline, as it comes (threads)',
    label: 'serverless-offline, threads',
    isOurs: false,
    figures: threads,
  },
  {
    name: 'serverless-offline, `--useInProcess`',
    label: 'serverless-offline, in-process',
    isOurs: false,
    figures: inProcess,
  },
];

/** This part's place in docs/performance.md. */
export function sectionOf(figures: ThroughputFigures): Section {
  const text = [intro, mostText, bound, lowText, settings, limits].map((part) => part(figures)).join('\n');
  return { text, goals: goalsOf(figures), pictures: { throughput: picture(figures) } };
}

const intro = ({ connections, cores }: ThroughputFigures): string =>
  `The same stack, synthesised from the same sources, on the local run and under [serverless-offline](https://github.com/dherault/serverless-offline) with osls, the emulator that the scenario suite is [cross-checked](local-run.md#held-to-the-real-thing) against: the same bundles with the same variables, the same local AWS endpoints, the same simulated org. ${count(connections)} guests hold a connection each, opened with tickets of their own, and type in turn: an "on", and once that is upstream its "off". Each frame gives one upstream message (\`typing-frame\`), which is looked for in the org; its time runs from the client's send to its arrival there. After each round every message must have come upstream once; if not, the round does not count and is measured again with half as many under way. Before the rounds all ${count(connections)} guests are asked to type once, and the benchmark fails on either side unless all of them are relayed.

Clients run in a process of their own. A stack that is not driven stands still, so that what it owes for later is done in its own time. Everything is on one machine, with ${cores} cores.

serverless-offline has two ways to run a function: in threads, one event at a time in each as on Lambda, as many as there are events at once; or all of them in its own thread, where events share module state, which on Lambda they never do. It knows no queues: the message that each "on" leaves in the delay queue calls a function on the local run, as on AWS, and none there.
`;

const p99Words = ({ samples, ms }: P99): string =>
  ms === undefined ? `too few: ${count(samples)}` : `${digits(ms)} of ${count(samples)}`;

function mostText(figures: ThroughputFigures): string {
  const rows = sidesOf(figures).map(({ name, figures: { underWay, most } }) => [
    name,
    String(underWay),
    spread(most.perSecond),
    spread(most.p50),
    p99Words(most.p99),
    most.cpu ? spread(most.cpu.all) : '',
  ]);
  return `### As fast as they can

So many messages are under way at a time as suits each best.

${markdownTable([['', 'under way', 'relayed a second', 'p50, ms', 'p99, ms, of messages', 'CPU ms a message'], ...rows])}
The local run relays ${times(figures.overThreads)} as many as serverless-offline as it comes, and ${times(figures.overInProcess)} as many as with \`--useInProcess\`, round by round. A p99 is of all rounds together, and only told of ${P99_SAMPLES} messages or more.

![Relayed messages a second](performance/throughput.svg)

For whoever builds a chat client: so much load can be put on a laptop before what is measured is the laptop.
`;
}

/** What the goal would leave for a message, and what is there whatever the emulator takes. */
function boundInFigures(figures: ThroughputFigures): string {
  return sidesOf(figures)
    .flatMap(({ name, figures: { most } }) => {
      if (!most.cpu?.around) return [];
      const { around } = most.cpu;
      const allowed = (1_000 * figures.cores) / (WANTED * most.perSecond.median);
      return [
        ` To be ${WANTED} times as fast as ${name}, a message could take ${digits(allowed)} ms of all processors together; under that one the table, the org and the clients, which look for arrivals whatever comes, have ${digits(around.median)} ms of it, before a function has run.`,
      ];
    })
    .join('');
}

const bound = (figures: ThroughputFigures): string =>
  `**What bounds the ratio.** These are whole stacks, not gateways. For every message either side pays the same for what is not the emulator: the functions' own work, the table's write at the local AWS endpoint, the simulated org, and the clients, all of them on the same ${figures.cores} cores. However little an emulator takes itself, it cannot be faster than those let it.${boundInFigures(figures)} The local run also does more for a message: it runs the delay queue's function, and hands each event to an environment of its own, which \`--useInProcess\` does not. And clients look for arrivals every ${ASKED_EVERY_MS} ms before they send on, which holds both sides back where few messages are under way.
`;

function lowText({ lowPerSecond, ...figures }: ThroughputFigures): string {
  const rows = sidesOf({ lowPerSecond, ...figures }).map(({ name, figures: { low } }) => [
    name,
    spread(low.perSecond),
    spread(low.p50),
    p99Words(low.p99),
  ]);
  return `### At a load that all can carry

${digits(lowPerSecond)} messages a second, by the clock.

${markdownTable([['', 'relayed a second', 'p50, ms', 'p99, ms, of messages'], ...rows])}`;
}

const trialWords = (trial: Trial | undefined): string => {
  if (trial === undefined) return '';
  return trial.lost > 0 ? `${count(trial.lost)} lost` : digits(trial.perSecond);
};

/** What each was tried with. */
function settings(figures: ThroughputFigures): string {
  const sides = sidesOf(figures);
  const ways = sides.flatMap(({ figures: { tried } }) => tried.map(({ underWay }) => underWay));
  const columns = [...new Set(ways)].toSorted((one, other) => one - other);
  const rows = sides.flatMap(({ name, figures: { tried } }) =>
    [...new Set(tried.map(({ environments }) => environments))].map((environments) => [
      environments === undefined ? name : `${name}, ${environments} environments`,
      ...columns.map((column) =>
        trialWords(tried.find((trial) => trial.environments === environments && trial.underWay === column)),
      ),
    ]),
  );
  const { environments } = figures.ours;
  return `### What suits each

Each was tried for a moment with several numbers of messages under way, and the local run with several numbers of environments of each function (\`--environments\`) too; ${environments === undefined ? '' : `${environments} of them, and `}the numbers of messages in the table above, are what did best in a single try each. serverless-offline has no such setting: in threads it has as many as there are messages under way. The largest number was tried last, when all rounds were over. Relayed a second, or messages lost:

${markdownTable([['', ...columns.map((column) => `${column} under way`)], ...rows])}`;
}

/** What each carried, and what each lost where more was under way than it could take. */
function limits({ connections, ...figures }: ThroughputFigures): string {
  const lines = sidesOf({ connections, ...figures }).map(
    ({ name, figures: { openedIn, sessions, sent, repeated, broken } }) => {
      const again = broken.map(({ underWay, wrong }) => `with ${underWay} under way, ${wrong}`).join('; ');
      return `- **${name}**: connections open in ${digits(openedIn)} s. Asked to type once, ${count(sessions.asked)} of ${count(connections)} sessions had their frames relayed; ${count(sessions.measured)} of them in measured rounds. Measured: ${count(sent)} messages, none lost and none doubled${repeated > 0 ? `; an "off" came ${count(repeated)} times once more, which is the relay's own rule where two of them crossed` : ''}.${again === '' ? '' : ` Done again with half as many under way: ${again}.`}`;
    },
  );
  return `### What they hold\n\n${lines.join('\n')}\n`;
}

function goalsOf({ overInProcess, overThreads, ours, threads, inProcess }: ThroughputFigures): Goal[] {
  const isThreads = threads.most.perSecond.median > inProcess.most.perSecond.median;
  const over = isThreads ? overThreads : overInProcess;
  return [
    {
      what: 'Relayed messages a second on the local run, over serverless-offline in the faster of its ways',
      wanted: `≥ ${WANTED}×`,
      measured: times(over),
      isMet: over.median >= WANTED,
    },
    {
      what: 'Rounds in which the local run lost or doubled a message',
      wanted: '0',
      measured: `${ours.broken.length}, over ${count(ours.sent)} messages`,
      isMet: ours.broken.length === 0,
    },
  ];
}

function picture(figures: ThroughputFigures): TopLevelSpec {
  const values = sidesOf(figures).map(({ label, isOurs, figures: { most } }) => ({
    name: label,
    whose: isOurs ? 'this local run' : 'serverless-offline',
    perSecond: most.perSecond.median,
    least: most.perSecond.min,
    most: most.perSecond.max,
  }));
  const y = { field: 'name', type: 'nominal', sort: null, axis: { title: null, labelLimit: 400 } } as const;
  return {
    title: {
      text: 'Relayed messages a second',
      subtitle: `${count(figures.connections)} connections; medians of ${figures.overThreads.rounds} rounds, and their ends`,
    },
    width: 420,
    height: { step: 34 },
    data: { values },
    layer: [
      {
        mark: { type: 'bar', height: 18 },
        encoding: {
          y,
          x: { field: 'perSecond', type: 'quantitative', axis: { title: 'messages a second' } },
          color: {
            field: 'whose',
            type: 'nominal',
            scale: {
              domain: ['this local run', 'serverless-offline'],
              range: [OURS_COLOUR, OTHERS_COLOUR],
            },
            legend: { title: null, orient: 'top' },
          },
        },
      },
      {
        mark: { type: 'rule', color: '#1f2328' },
        encoding: { y, x: { field: 'least', type: 'quantitative' }, x2: { field: 'most' } },
      },
    ],
  };
}
