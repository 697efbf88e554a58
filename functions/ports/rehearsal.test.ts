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
  it('takes frames of either timing all the way, and nothing leaves the function', async () => {
    const handled: Handled[] = [];
    const ways = watchWaysOut();
    await rehearse((ports) => makeRelay({ ...ports, tell: (some) => void handled.push(...some) }));
    expect(handled).toMatchObject([
      { event: 'typing-on', outcome: 'forwarded', kind: 'participant-state' },
      { event: 'typing-off', outcome: 'ignored', kind: 'participant-state' },
      { event: 'typing-on', outcome: 'forwarded', kind: 'agent-communication' },
      { event: 'typing-off', outcome: 'ignored', kind: 'agent-communication' },
    ]);
    for (const way of ways) expect(way).not.toHaveBeenCalled();
  });

  it('opens a socket and writes to it, in memory', async () => {
    const [connect] = watchWaysOut();
    await rehearseSocket();
    expect(connect).not.toHaveBeenCalled();
  });
});
