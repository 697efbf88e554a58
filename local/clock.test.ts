import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';

/** Resolves when the clock rings; its timer alone keeps nothing alive, so this does. */
async function rings(ms: number): Promise<void> {
  const keeper = setInterval(() => undefined, 1000);
  await new Promise<void>((resolve) => {
    systemClock.after(ms, resolve);
  });
  clearInterval(keeper);
}

describe("this machine's clock", () => {
  it('rings', async () => {
    const before = systemClock.now();
    await rings(5);
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });

  it('can be called off', async () => {
    let rung = false;
    systemClock.after(5, () => {
      rung = true;
    })();
    // Of two timers of the same length the older rings first.
    await rings(5);
    expect(rung).toBe(false);
  });

  it('keeps no process alive', () => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const callOff = systemClock.after(60_000, () => undefined);
    expect(timers()).toBe(before);
    callOff();
  });
});
