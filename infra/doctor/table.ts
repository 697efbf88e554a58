import type { Report } from './examination.ts';
import type { Finding, State } from './findings.ts';
import type { Target } from './target.ts';
import type { Answer, Recommendation, Verdict } from './verdicts.ts';

/** The report for a person, on a terminal or in a file. */

export interface Look {
  /** Columns. */
  width: number;
  colours: boolean;
}

type Colour = 'green' | 'yellow' | 'red' | 'grey' | 'bold';

/** https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters */
const SGR: Record<Colour, number> = { green: 32, yellow: 33, red: 31, grey: 90, bold: 1 };

/** Words and not only colours: not everybody sees them. */
const STATES: Record<State, [string, Colour]> = {
  ok: ['ok', 'green'],
  note: ['note', 'yellow'],
  bad: ['wrong', 'red'],
  unknown: ['?', 'grey'],
};
const ANSWERS: Record<Answer, [string, Colour]> = {
  works: ['yes', 'green'],
  fails: ['no', 'red'],
  unknown: ['?', 'grey'],
};

/** Narrower, and a table is no table. */
const NARROWEST = 40;

interface Row {
  mark: [string, Colour];
  name: string;
  text: string;
}

export function tableOf({ domain, region, originUrl }: Target, report: Report, look: Look): string {
  const paint = (text: string, colour: Colour): string =>
    look.colours ? `\u001b[${SGR[colour]}m${text}\u001b[0m` : text;
  const title = `Genesys Cloud ${domain} (${region})${originUrl === undefined ? '' : ` at ${originUrl}`}`;
  const findings = distinct(report.findings).map(({ state, subject, says, correlationId }) => ({
    mark: STATES[state],
    name: subject,
    text: says + (correlationId === undefined ? '' : ` Correlation id: ${correlationId}`),
  }));
  const upstreams = report.upstreams.map((verdict) => ({
    mark: ANSWERS[verdict.answer],
    name: verdict.kind,
    text: `${verdict.why}${verdict.notChecked === null ? '' : ` Not checked: ${verdict.notChecked}.`}`,
  }));
  return [
    ...wrap(title, look.width).map((line) => paint(line, 'bold')),
    '',
    ...rows(findings, look, paint),
    '',
    paint('Which upstream would work', 'bold'),
    '',
    ...rows(upstreams, look, paint),
    '',
    ...conclusion(report.upstreams, report.recommended).flatMap((line) => wrap(line, look.width)),
    '',
  ].join('\n');
}

/** One origin in place of the region's four hosts says everything four times. */
const distinct = (findings: Finding[]): Finding[] =>
  findings.filter(
    ({ subject, says }, index) =>
      findings.findIndex((other) => other.subject === subject && other.says === says) === index,
  );

function rows(all: Row[], { width }: Look, paint: (text: string, colour: Colour) => string): string[] {
  const marks = Math.max(...all.map(({ mark }) => mark[0].length));
  const names = Math.max(...all.map(({ name }) => name.length));
  const indent = marks + names + 6;
  const beside = Math.max(width, NARROWEST) - indent;
  const text = (row: Row, columns: number): string[] =>
    row.text.split('\n').flatMap((line) => wrap(line, columns));
  return all.flatMap((row) => {
    const [word, colour] = row.mark;
    const head = `  ${paint(word.padEnd(marks), colour)}  ${row.name.padEnd(names)}  `;
    // Where there is no room beside it, the text stands below.
    if (beside < 24)
      return [head.trimEnd(), ...text(row, Math.max(width, NARROWEST) - 4).map((line) => `    ${line}`)];
    return text(row, beside).map((line, index) => (index === 0 ? head : ' '.repeat(indent)) + line);
  });
}

/** Breaks at spaces, and inside of a word only where it is longer than a line. What a line begins with stays. */
export function wrap(text: string, columns: number): string[] {
  const margin = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = margin;
  for (const word of text.trim().split(/ +/)) {
    let rest = word;
    if (line !== margin && line.length + 1 + rest.length > columns) {
      lines.push(line);
      line = margin;
    }
    while (margin.length + rest.length > columns && line === margin) {
      lines.push(margin + rest.slice(0, columns - margin.length));
      rest = rest.slice(columns - margin.length);
    }
    line += (line === margin ? '' : ' ') + rest;
  }
  return [...lines, line];
}

/** Which of the published ones fits is told by the channel that guests come by, so all that work are named. */
const USED_FOR = new Map([
  ['web-messaging', 'the typing of guests of web messaging'],
  ['open-messaging', 'the typing of guests of open messaging'],
  ['agent-communication', 'the typing of agents and bots'],
]);

function conclusion(upstreams: Verdict[], { guests }: Recommendation): string[] {
  const works = upstreams.filter(({ answer }) => answer === 'works');
  const lines = works.flatMap(({ kind, evidence }) => {
    if (evidence === 'published') return [`Use ${kind} for ${USED_FOR.get(kind) ?? 'typing'}.`];
    // Said only where there is no published way for guests.
    const words = `Use ${kind} for guests' typing. It is claimed and not published: prefer web-messaging or open-messaging.`;
    return kind === guests ? [words] : [];
  });
  if (lines.length > 0) return lines;
  return [
    upstreams.some(({ answer }) => answer === 'unknown')
      ? 'None is known to work yet: see what the lines with "?" ask for.'
      : 'None would work: see above what to change.',
  ];
}
