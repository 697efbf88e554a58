import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { makeSecret } from './secrets.ts';

describe('a secret', () => {
  const schema = z.object({ key: z.string() });
  const holding = (value: string) => Promise.resolve({ SecretString: value });

  it('is fetched once, also by readers at the same time', async () => {
    const call = vi.fn(() => holding('{"key":"k"}'));
    const secret = makeSecret(call, 'name', schema, () => 0);
    expect(await Promise.all([secret.get(), secret.get()])).toEqual([{ key: 'k' }, { key: 'k' }]);
    expect(await secret.get()).toEqual({ key: 'k' });
    expect(call).toHaveBeenCalledExactlyOnceWith('GetSecretValue', { SecretId: 'name' });
  });

  it('that could not be fetched is fetched by the next reader', async () => {
    const call = vi.fn(() => holding('{"key":"k"}')).mockRejectedValueOnce(new Error('down'));
    const secret = makeSecret(call, 'name', schema, () => 0);
    await expect(secret.get()).rejects.toThrow('down');
    expect(await secret.get()).toEqual({ key: 'k' });
  });

  /** A secret with a clock, that holds what the test says. */
  function changing() {
    const world = { now: 0, value: '{"key":"old"}' };
    const call = vi.fn(() => holding(world.value));
    return { world, call, secret: makeSecret(call, 'name', schema, () => world.now) };
  }

  it('is fetched anew when a reader says that it is outdated, but not when it was fetched just now', async () => {
    const { world, secret } = changing();
    await secret.get();
    world.value = '{"key":"new"}';
    world.now = 4_999;
    expect(await secret.refresh()).toBe(false);
    world.now = 5_000;
    expect(await secret.refresh()).toBe(true);
    expect(await secret.get()).toEqual({ key: 'new' });
  });

  it('stays what it was when it cannot be fetched anew', async () => {
    const { world, call, secret } = changing();
    await secret.get();
    world.now = 60_000;
    call.mockRejectedValueOnce(new Error('down'));
    expect(await secret.refresh()).toBe(false);
    expect(await secret.get()).toEqual({ key: 'old' });
  });

  it('waits for a value that is older than five minutes, so that a key that was taken away opens nothing', async () => {
    const { world, call, secret } = changing();
    await secret.get();
    world.value = '{"key":"new"}';
    world.now = 300_000;
    expect(await secret.get()).toEqual({ key: 'old' });
    world.now += 1;
    expect(await secret.get()).toEqual({ key: 'new' });
    expect(call).toHaveBeenCalledTimes(2);
  });

  it('keeps an old value, and does not ask at every reading, while its source is away', async () => {
    const { world, call, secret } = changing();
    await secret.get();
    call.mockRejectedValue(new Error('down'));
    world.now = 300_001;
    expect(await secret.get()).toEqual({ key: 'old' });
    expect(await secret.get()).toEqual({ key: 'old' });
    expect(call).toHaveBeenCalledTimes(2);
  });

  it('is outdated for whoever asks while it is being fetched: that is waited for', async () => {
    const { world, secret } = changing();
    await secret.get();
    world.value = '{"key":"new"}';
    world.now = 300_001;
    const reading = secret.get();
    expect(await secret.refresh()).toBe(true);
    expect(await reading).toEqual({ key: 'new' });
  });

  it.each(['{"key":7,"other":"hunter2"}', 'hunter2'])(
    'that holds the wrong thing is told without its value',
    async (value) => {
      const secret = makeSecret(
        () => holding(value),
        'name',
        schema,
        () => 0,
      );
      const told = await secret.get().catch((error: unknown) => String(error));
      expect(told).toContain('The secret name does not hold what it should');
      expect(told).not.toContain('hunter2');
    },
  );
});
