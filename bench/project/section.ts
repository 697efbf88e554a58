import type { Section } from '../measure/part.ts';
import { digits, spread } from '../measure/words.ts';
import { count, markdownTable } from '../simulate/format.ts';
import type { ProjectFigures } from './figures.ts';
import { SAMPLES } from './samples.ts';

/** `npm start` to the first relayed message, in seconds: who tries it waits no longer than for a page that is slow. */
export const START_GOAL_S = 15;

const NOT_MEASURED = 'not measured';

const megabytes = (bytes: number): string => `${count(bytes / 1e6)} MB`;

type Installs = NonNullable<ProjectFigures['installs']>;

function installRow(name: string, { seconds, bytes, packages }: Installs['ours']): string[] {
  return [name, spread(seconds), megabytes(bytes), count(packages)];
}

function installTable({ ours, samples }: Installs): string {
  return markdownTable([
    ['', '`npm ci`, s', 'installed', 'packages'],
    installRow('this project', ours),
    ...samples.map((sample) => installRow(sample.name, sample)),
  ]);
}

function commandsTable({ start, synth, installs, test }: ProjectFigures): string {
  const synthOf = (name: string, words: string): string =>
    installs && name === 'websocket-chat-application'
      ? `${spread(installs.sampleSynth.seconds)} s, written anew: ${installs.sampleSynth.functions} functions, ${installs.sampleSynth.resources} resources`
      : words;
  const tested = test
    ? `${digits(test.seconds)} s, run once: ${count(test.passed)} of ${count(test.tests)} tests pass`
    : NOT_MEASURED;
  const ours = `${spread(synth.ours)} s: ${synth.functions} functions, ${synth.resources} resources`;
  return markdownTable(
    [
      ['', 'start to the first message', '`npm test`', 'synth'],
      ['this project', `${spread(start.relayed)} s`, tested, ours],
      ...SAMPLES.map(({ name, localStart, test: words, synth: how }) => [
        name,
        localStart,
        words,
        synthOf(name, how),
      ]),
    ],
    true,
  );
}

const installsText = (installs: Installs | undefined): string =>
  installs
    ? `${installTable(installs)}
\`npm ci\` of all that has to be installed before a deployment, from npm's cache, ${installs.ours.seconds.rounds} times in turn: too few for a ratio, so these are stated and not compared. Of the samples, what they declare is installed: manifests with the same dependencies, their ranges resolved by npm on the day. simple-websockets-chat-app has one for each of its three functions, and needs the SAM CLI, which is not of npm and not counted; of websocket-chat-application the page is left out, which has a third manifest. Ours holds the simulated org, the local gateway, and what tests and draws this page, too.`
    : `Installs are ${NOT_MEASURED} in this run.`;

/** This part's place in docs/performance.md. */
export function section(figures: ProjectFigures): Section {
  const { start, installs } = figures;
  const text = `Beside the two AWS samples of a WebSocket API that are known best: ${SAMPLES.map(({ name, url }) => `[${name}](${url})`).join(' and ')}.

### From a checkout to a message

${commandsTable(figures)}
From \`npm start\` until a guest has connected with a ticket, typed, and the agent's screen in the simulated org shows it: that is how long it takes to see whether a change works. ${spread(start.ready)} s of it pass until all is up. The samples are seen to work once they are deployed to an AWS account, which is not measured here.

A synth is the CDK app alone, without the CDK's command line: functions bundled, templates checked. The sample's stacks are written anew from what they name, with the sample's own packages, functions of one line and no TypeScript, all in the sample's favour. They are not the same stack, so there is no ratio: it is what an engineer waits for in each project.

### Install

${installsText(installs)}
`;
  const goals = [
    {
      what: '`npm start` to the first relayed message',
      wanted: `≤ ${START_GOAL_S} s`,
      measured: `${spread(start.relayed)} s`,
      isMet: start.relayed.median <= START_GOAL_S,
    },
  ];
  return { text, goals, pictures: {} };
}
