import { describe, expect, it } from 'vitest';
import { makeUndisturbed, WayError } from './undisturbed.ts';

/** Fails so often, and counts how often it ran. */
function failing(times: number, error: Error) {
  const ran = { times: 0 };
  const run = (): Promise<number> => {
    ran.times += 1;
    return ran.times <= times ? Promise.reject(error) : Promise.resolve(ran.times);
  };
  return { ran, run };
}

function setUp() {
  const told: string[] = [];
  return { told, undisturbed: makeUndisturbed(({ message }) => told.push(message)) };
}

describe('a run', () => {
  it('that the machine disturbed is made again, and counted, and told of', async () => {
    const { told, undisturbed } = setUp();
    expect(await undisturbed.run(failing(2, new WayError('opened 2')).run)).toBe(3);
    expect(await undisturbed.run(failing(0, new WayError('opened 2')).run)).toBe(1);
    expect(undisturbed.counts()).toEqual({ runs: 2, again: 2 });
    expect(told).toEqual(['opened 2', 'opened 2']);
  });

  it('that always fails is a failure', async () => {
    const { ran, run } = failing(Infinity, new WayError('opened 2'));
    await expect(setUp().undisturbed.run(run)).rejects.toThrow('opened 2');
    expect(ran.times).toBe(3);
  });

  it('that brought other frames is not made again', async () => {
    const { undisturbed } = setUp();
    const { ran, run } = failing(1, new Error('frame 0'));
    await expect(undisturbed.run(run)).rejects.toThrow('frame 0');
    expect(ran.times).toBe(1);
    expect(undisturbed.counts()).toEqual({ runs: 0, again: 0 });
  });
});
