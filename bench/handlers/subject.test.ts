import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startSubject, type Subject } from './subject.ts';

/** An environment of a bundle of these words, whose INIT is over. */
async function environment(words: string): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'typing-relay-subject-'));
  const file = join(folder, 'index.mjs');
  await writeFile(file, words);
  const node = { file: process.execPath, version: process.version };
  const subject = startSubject({ node, signal: new AbortController().signal }, file, {});
  onTestFinished(async () => {
    await subject.close();
    await rm(folder, { recursive: true });
  });
  await subject.load();
  return subject;
}

const eventAt = (requestTimeEpoch: number) => ({ requestContext: { requestTimeEpoch } });

/** Says by how many seconds its clock is ahead of the machine's. */
const AHEAD = `
const ahead = Date.now;
export const handler = async () => Math.round((ahead() - performance.timeOrigin - performance.now()) / 1_000);
`;

it("the handler's clock goes on with each turn, and not between messages of one", async () => {
  const subject = await environment(AHEAD);
  const events = [eventAt(1), eventAt(1), eventAt(7_001)];
  expect((await subject.run({ events, stepMs: 6_000 })).answers).toEqual([6, 6, 12]);
  expect((await subject.run({ events: [eventAt(9_000)], stepMs: 3_000 })).answers).toEqual([15]);
});

it('it stands where messages come back to back', async () => {
  const subject = await environment(AHEAD);
  expect((await subject.run({ events: [eventAt(1), eventAt(2)], stepMs: 0 })).answers).toEqual([0, 0]);
});

it("a terminal's Ctrl-C leaves the end to whoever started it", async () => {
  const subject = await environment('export const handler = async () => "still here"');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(subject.pid, signal);
  expect((await subject.run({ events: [eventAt(1)], stepMs: 0 })).answers).toEqual(['still here']);
});

it('what it wrote is kept in whole lines', async () => {
  const subject = await environment(`
    export const handler = async () => {
      process.stdout.write('begin');
      process.stderr.write('a warning\\n');
      process.stdout.write(' and end\\n' + 'x'.repeat(100_000) + '\\n');
      process.stdout.write('last\\n');
    };
  `);
  await subject.run({ events: [eventAt(1)], stepMs: 0 });
  const whole = ['a warning', 'begin and end', 'last', 'x'.repeat(100_000)];
  await expect.poll(() => subject.said().split('\n').toSorted()).toEqual(whole);
});
