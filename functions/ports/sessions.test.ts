import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { makeHostRule } from '../relay/hosts.ts';
import { sealSession } from '../relay/seal.ts';
import type { TicketKeys } from '../relay/ticket-keys.ts';
import { makeSessions } from './sessions.ts';

const newKey = (kid: string) => ({ kid, key: randomBytes(32).toString('hex') });
const old: TicketKeys = newKey('1');
const rotated: TicketKeys = { ...newKey('2'), previous: old };

const session = {
  sub: 'guest',
  upstream: { kind: 'participant-state', conversationId: 'c', participantId: 'p' },
};

/** An environment that still has the keys of before the rotation. */
function olderEnvironment(refreshed: boolean) {
  let current = old;
  const refresh = vi.fn(() => {
    if (refreshed) current = rotated;
    return Promise.resolve(refreshed);
  });
  const keys = { get: () => Promise.resolve(current), refresh };
  return { refresh, open: makeSessions(keys, makeHostRule([])) };
}

describe('a session that was sealed after a rotation', () => {
  it('is opened by an older environment, which fetches the new keys', async () => {
    const { open, refresh } = olderEnvironment(true);
    expect((await open(sealSession(rotated, session))).kind).toBe('participant-state');
    expect(refresh).toHaveBeenCalledOnce();
  });

  it('is refused when there are no newer keys', async () => {
    const { open } = olderEnvironment(false);
    await expect(open(sealSession(rotated, session))).rejects.toMatchObject({ refusal: 'unknown_key' });
  });

  it('that was tampered with asks for no keys', async () => {
    const { open, refresh } = olderEnvironment(true);
    await expect(open('nonsense')).rejects.toMatchObject({ refusal: 'malformed' });
    expect(refresh).not.toHaveBeenCalled();
  });
});
