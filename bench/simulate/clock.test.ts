import { expect, it, onTestFinished } from 'vitest';
import { enter, killTimers, makeClock, replaceTimers } from './clock.ts';

it('runs what is due in order of time, and of one moment in the order it was asked for', async () => {
  const clock = makeClock();
  const ran: string[] = [];
  for (const [time, name] of [
    [30, 'd'],
    [10, 'a'],
    [20, 'b'],
    [20, 'c'],
    [40, 'not yet'],
  ] as const)
    clock.at(time, () => ran.push(`${name}@${clock.now()}`));
  await clock.runUntil(35);
  expect(ran).toEqual(['a@10', 'b@20', 'c@20', 'd@30']);
  expect(clock.now()).toBe(35);
  expect(clock.nextAt()).toBe(40);
});

it('keeps that order also for what is due long before all else', async () => {
  const clock = makeClock();
  const ran: string[] = [];
  for (const [time, name] of [
    [1_000, 'last'],
    [10, 'a'],
    [10, 'b'],
    [5, 'first'],
    [10, 'c'],
  ] as const)
    clock.at(time, () => ran.push(name));
  await clock.runUntil(1_000);
  expect(ran).toEqual(['first', 'a', 'b', 'c', 'last']);
});

it('runs nothing that was cancelled, first, between or last', async () => {
  const clock = makeClock();
  const ran: number[] = [];
  const pending = [1, 2, 3, 4, 5].map((time) => clock.at(time, () => ran.push(time)));
  for (const place of [0, 2, 4]) {
    const one = pending[place];
    if (one) clock.cancel(one);
    if (one) clock.cancel(one);
  }
  clock.at(6, () => ran.push(6));
  await clock.runUntil(10);
  expect(ran).toEqual([2, 4, 6]);
  expect(clock.nextAt()).toBe(Infinity);
});

it('waits for asynchronous work before time goes on', async () => {
  const clock = makeClock();
  const ran: string[] = [];
  clock.at(
    10,
    () => {
      void (async () => {
        for (let step = 0; step < 50; step++) await Promise.resolve();
        ran.push(`rest@${clock.now()}`);
        clock.at(15, () => ran.push('asked for meanwhile'));
      })();
    },
    true,
  );
  clock.at(20, () => ran.push('next'));
  await clock.runUntil(30);
  expect(ran).toEqual(['rest@10', 'asked for meanwhile', 'next']);
});

it("the client's timers run in virtual time, end with its process, and are the real ones afterwards", async () => {
  const real = [globalThis.setTimeout, globalThis.clearTimeout, globalThis.performance];
  const putBack = replaceTimers();
  onTestFinished(putBack);
  const clock = makeClock();
  enter(clock);
  const ran: number[] = [];
  const note = (): void => void ran.push(performance.now());
  setTimeout(note, 100);
  clearTimeout(setTimeout(note, 200));
  setTimeout(note, 300);
  await clock.runUntil(250);
  killTimers();
  await clock.runUntil(1_000);
  putBack();
  expect(ran).toEqual([100]);
  expect([globalThis.setTimeout, globalThis.clearTimeout, globalThis.performance]).toEqual(real);
});
