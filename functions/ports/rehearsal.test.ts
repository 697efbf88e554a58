import net from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Handled } from '../relay/handled.ts';
import { makeRelay } from '../relay/relay.ts';
import { rehearse, rehearseSocket } from './rehearsal.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Whatever would leave this process, or its log. */
function watchWaysOut() {
  return [
    vi.spyOn(net.Socket.prototype, 'connect'),
    vi.spyOn(process.stdout, 'write'),
    ...(['debug', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level)),
  ];
}

describe('a rehearsal', () => {
  it('takes an on and an off of each of its guests all the way, and nothing leaves the function', async () => {
    const handled: Handled[] = [];
    const ways = watchWaysOut();
    await rehearse((ports) => makeRelay({ ...ports, tell: (some) => void handled.push(...some) }));
    const told = handled.map(({ event, outcome }) => `${event} ${outcome}`);
    expect(new Set(told)).toEqual(new Set(['typing-on forwarded', 'typing-off ignored']));
    expect(new Set(handled.map(({ kind }) => kind)).size).toBe(handled.length / 2);
    for (const way of ways) expect(way).not.toHaveBeenCalled();
  });

  it('opens a socket and writes to it, in memory', async () => {
    const [connect] = watchWaysOut();
    await rehearseSocket();
    expect(connect).not.toHaveBeenCalled();
  });
});
