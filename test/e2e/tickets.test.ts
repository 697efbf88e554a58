import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { connect, local, newGuest, newTicket, participantState, typingFrame } from './world.ts';

const now = Math.floor(Date.now() / 1000);

/** Waits until the log has one more line with these words than when the test began. */
function expectLogged(words: string) {
  const count = () => readFileSync(local.logFile, 'utf8').split(words).length;
  const before = count();
  return () => vi.waitUntil(() => count() > before, { timeout: 10_000 });
}

describe('a ticket', () => {
  it.each(['subprotocol', 'header', 'query'] as const)('opens a connection as %s', async (way) => {
    const client = await connect(await newTicket(typingFrame(await newGuest())), way);
    expect(await client.ask({ type: 'ping' })).toEqual({ type: 'pong' });
    expect(client.socket.protocol).toBe(way === 'subprotocol' ? 'typing-relay' : '');
  });

  it('that is missing ends in 401', async () => {
    await expect(connect(undefined)).rejects.toThrow('refused with 401');
    await expect(connect(undefined, 'query')).rejects.toThrow('refused with 401');
  });

  it('opens one connection and no second', async () => {
    const logged = expectLogged('"reason":"spent"');
    const ticket = await newTicket(typingFrame(await newGuest()));
    await connect(ticket);
    await expect(connect(ticket)).rejects.toThrow('refused with 403');
    await logged();
  });

  it('opens one connection also when two ask at once', async () => {
    const ticket = await newTicket(typingFrame(await newGuest()));
    const both = await Promise.allSettled([connect(ticket), connect(ticket)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it.each([
    ['malformed', 'that is nonsense', () => Promise.resolve('nonsense')],
    [
      'expired',
      'whose time has passed',
      async () => newTicket(typingFrame(await newGuest()), { iat: now - 400, exp: now - 100 }),
    ],
    [
      'lives_too_long',
      'for an hour',
      async () => newTicket(typingFrame(await newGuest()), { exp: now + 3_600 }),
    ],
    ['wrong_session', 'for an upstream that there is not', () => newTicket({ kind: 'carrier-pigeon' })],
    [
      'wrong_session',
      'for a socket elsewhere',
      () => newTicket({ kind: 'typing-frame', socketUrl: 'wss://evil.example.com/' }),
    ],
    [
      'wrong_session',
      'that lacks a field',
      () => newTicket({ kind: 'participant-state', conversationId: 'c' }),
    ],
  ])('is refused with 403, and only the log says why: %s, %s', async (reason, _, make) => {
    const logged = expectLogged(`"reason":"${reason}"`);
    await expect(connect(await make())).rejects.toThrow('refused with 403');
    await logged();
  });

  it('is not spent when its session is wrong', async () => {
    const guest = await newGuest();
    const jti = `tried-${guest.guestId}`;
    await expect(connect(await newTicket({ kind: 'carrier-pigeon' }, { jti }))).rejects.toThrow('403');
    await connect(await newTicket(participantState(guest), { jti }));
  });
});
