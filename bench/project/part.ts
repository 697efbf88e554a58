import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figureOf } from '../measure/figures.ts';
import { type Bench, definePart, type Part } from '../measure/part.ts';
import { takeTurns } from '../measure/turns.ts';
import { figures, type ProjectFigures } from './figures.ts';
import { firstMessage } from './first-message.ts';
import { npmCi, ourInstallation, sampleInstallation, sizeOf } from './install.ts';
import { npmTest } from './npm-test.ts';
import { SAMPLES } from './samples.ts';
import { section } from './section.ts';
import { ourSynth, type Resources, sampleSynth, type Synth } from './synth.ts';

/** One of each takes a minute: nine would take longer than all the rest, so they are stated, and no ratio is taken. */
const INSTALL_ROUNDS = 3;

const FUNCTION = 'AWS::Lambda::Function';

const countsOf = (resources: Resources | undefined) => ({
  resources: [...(resources?.values() ?? [])].reduce((sum, count) => sum + count, 0),
  functions: resources?.get(FUNCTION) ?? 0,
});

/** A contender that keeps what its last run made. */
function synthOf(run: () => Promise<Synth>) {
  let resources: Resources | undefined;
  return {
    run: async () => {
      const synth = await run();
      ({ resources } = synth);
      return synth.seconds;
    },
    counts: () => countsOf(resources),
  };
}

async function measureStart({ rounds, signal, say }: Bench): Promise<ProjectFigures['start']> {
  say('npm start to the first message');
  const ready: number[] = [];
  const relayed: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = await firstMessage(signal);
    ready.push(first.ready);
    relayed.push(first.relayed);
  }
  return { ready: figureOf(ready), relayed: figureOf(relayed) };
}

async function measureSynth({ rounds, signal, say }: Bench): Promise<ProjectFigures['synth']> {
  say('synth');
  const ours = synthOf(() => ourSynth(signal));
  const values = await takeTurns({ ours: ours.run }, { rounds, signal });
  return { ours: figureOf(values.get('ours') ?? []), ...ours.counts() };
}

/** Ours and the samples', in turn, in folders that are gone afterwards. */
async function measureInstalls(bench: Bench): Promise<Pick<ProjectFigures, 'installs' | 'synth'>> {
  const { signal, say } = bench;
  const parent = await mkdtemp(join(tmpdir(), 'typing-relay-project-'));
  try {
    say('npm ci: ours, and what the samples declare');
    const ours = await ourInstallation(parent);
    const samples = await Promise.all(
      SAMPLES.map(async (sample) => ({
        name: sample.name,
        installation: await sampleInstallation(parent, sample, signal),
      })),
    );
    const all = new Map([
      ['ours', ours],
      ...samples.map(({ name, installation }) => [name, installation] as const),
    ]);
    const contenders = Object.fromEntries(
      [...all].map(([name, installation]) => [name, () => npmCi(installation, signal)]),
    );
    // The first fills npm's cache.
    await takeTurns(contenders, { rounds: 1, signal });
    const values = await takeTurns(contenders, { rounds: INSTALL_ROUNDS, signal });
    const valuesOf = (name: string): number[] => values.get(name) ?? [];
    const installs = {
      ours: { seconds: figureOf(valuesOf('ours')), ...(await sizeOf(ours)) },
      samples: await Promise.all(
        samples.map(async ({ name, installation }) => ({
          name,
          seconds: figureOf(valuesOf(name)),
          ...(await sizeOf(installation)),
        })),
      ),
    };
    const cdk = samples.find(({ name }) => name === 'websocket-chat-application')?.installation.folders[0];
    if (cdk === undefined) throw new Error('the sample with a CDK app is not installed');
    const { synth, sampleSynth } = await measureBothSynths(bench, cdk);
    return { synth, installs: { ...installs, sampleSynth } };
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

async function measureBothSynths({ rounds, signal, say }: Bench, folder: string) {
  say('synth: ours, and the resources of a sample');
  const ours = synthOf(() => ourSynth(signal));
  const theirs = synthOf(() => sampleSynth(folder, signal));
  const values = await takeTurns({ ours: ours.run, theirs: theirs.run }, { rounds, signal });
  const [oursTook = [], theirsTook = []] = [values.get('ours'), values.get('theirs')];
  return {
    synth: { ours: figureOf(oursTook), ...ours.counts() },
    sampleSynth: {
      seconds: figureOf(theirsTook),
      ...theirs.counts(),
    },
  };
}

/** How long an engineer waits in this project for what is done every day, beside two samples. */
export const project: Part = definePart({
  name: 'project',
  title: 'From a checkout to a message',
  figures,
  async measure(bench) {
    const start = await measureStart(bench);
    if (bench.quick) return { start, synth: await measureSynth(bench) };
    const { synth, installs } = await measureInstalls(bench);
    // It takes minutes, and who runs this in CI has run it before.
    const skips = (process.env['CI'] ?? '') !== '';
    if (!skips) bench.say('npm test, once');
    return { start, synth, installs, ...(!skips && { test: await npmTest(bench.signal) }) };
  },
  section,
});
