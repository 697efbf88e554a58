import { markdownTable } from '../simulate/format.ts';
import type { Part, Section } from '../measure/part.ts';
import { FUNCTIONS_NODE, type Results } from './results.ts';

/** The page's name, and that of the folder for its pictures. */
export const PAGE = 'performance';

/** Sections by the parts that they are of. */
export type Sections = readonly (readonly [Pick<Part, 'name' | 'title'>, Section])[];

const goalRows = (sections: Sections): string[][] =>
  sections.flatMap(([, { goals }]) =>
    goals.map(({ what, wanted, measured, isMet }) => [what, wanted, measured, isMet ? 'met' : '**missed**']),
  );

/** The goals of these parts, as rows of a table. */
export const goalTable = (sections: Sections): string[][] => [
  ['what', 'goal', 'measured', ''],
  ...goalRows(sections),
];

const anchor = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/** Lambda's, in infra/relay-function.ts. */
const LAMBDAS_NODE = '24';

/** Which Node.js stood for Lambda's, and whether it is that. */
function nodeWords(versions: Results['versions']): string {
  const version = versions[FUNCTIONS_NODE]?.replace(/^v/, '') ?? 'unknown';
  const words = `What stands for Lambda functions ran on Node.js ${version}`;
  return version.startsWith(`${LAMBDAS_NODE}.`)
    ? `${words}: ${LAMBDAS_NODE} is Lambda's.`
    : `${words}, and **not on ${LAMBDAS_NODE}, which is Lambda's**: npm has none for the machine that this was measured on.`;
}

const runsWords = ({ seconds, runs }: Pick<Results, 'seconds' | 'runs'>): string => {
  const minutes = `${Math.round(seconds / 60)} minutes`;
  return runs === 1
    ? `in one run of ${minutes}`
    : `in ${runs} runs, ${minutes} in all, the later ones of what had failed,`;
};

/** docs/performance.md: what was measured, on what, and what it means. */
export function makeDoc(
  { date, seconds, runs, rounds, machine, versions }: Omit<Results, 'parts'>,
  sections: Sections,
): string {
  const { processor, cores, memoryGiB, system } = machine;
  return `# Performance

Measured on ${date.slice(0, 10)} ${runsWords({ seconds, runs })} with \`npm run bench\`, which writes this page and [bench/results.json](../bench/results.json): ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}. ${Object.entries(
    versions,
  )
    .map(([name, version]) => `${name} ${version.replace(/^v/, '')}`)
    .join(', ')}. ${nodeWords(versions)}

How to read it: machines are noisy, so what is compared runs in turn, A B A B …, at least ${rounds} rounds, and the figure is the middle one with the smallest and the largest. A ratio is taken round by round. What is only stated and has no ratio, such as \`npm ci\`, runs as often as its section says. **Below 1× is in favour of the relay**, save where a table says otherwise. Milliseconds are this machine's and not Lambda's: take the ratios with you. Before any ratio each benchmark makes sure that both sides did the same work, and fails if they did not. Peers run as their authors ship them, or, where a section says so, are rewritten here in their documented style.

${sections.map(([{ title }]) => `- [${title}](#${anchor(title)})\n`).join('')}
## The goals

${markdownTable(goalTable(sections), true)}
${sections.map(([{ title }, { text }]) => `## ${title}\n\n${text.trim()}\n`).join('\n')}
## Again

\`\`\`sh
npm run bench                  # all of it; a quiet machine and half an hour
npm run bench -- --quick       # every assertion, no time: what CI runs
npm run bench -- --only senders
npm run bench -- --page        # this page from bench/results.json
npm run bench -- --complete F  # what had failed in a run, whose figures F has
\`\`\`

What must not grow unnoticed is counted exactly in \`bench/budget.json\` and checked by \`npm test\`: bytes and modules of each bundle, and for each sort of message the calls upstream, table operations, queue messages, answers and log lines.
`;
}
