import { randomBytes } from 'node:crypto';
import { EncryptJWT } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { makeAdmission } from './admission.ts';
import { sealSession, unsealSession } from './seal.ts';
import { openTicket, sealTicket, type TicketClaims } from './ticket.ts';
import { TicketError, type TicketRefusal } from './ticket-error.ts';
import type { TicketKeys } from './ticket-keys.ts';
import { SessionError } from './upstream.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const seconds = NOW / 1000;
const newKey = (kid: string) => ({ kid, key: randomBytes(32).toString('hex') });
const keys: TicketKeys = newKey('1');

const claims = (changes: Partial<TicketClaims> = {}): TicketClaims => ({
  sub: 'guest-1',
  iat: seconds,
  exp: seconds + 300,
  jti: 'once',
  upstream: { kind: 'typing-frame', socketUrl: 'wss://webmessaging.mypurecloud.com/v1' },
  ...changes,
});

async function refusalOf(opening: Promise<unknown>): Promise<TicketRefusal> {
  const error: unknown = await opening.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TicketError) return error.refusal;
  throw new Error('no refusal', { cause: error });
}

describe('a ticket', () => {
  it('opens with the key that sealed it', async () => {
    const ticket = await sealTicket(keys, claims());
    expect(await openTicket(keys, ticket, NOW)).toEqual(claims());
  });

  it('can be made by any JOSE library from the documented header and claims', async () => {
    const ticket = await new EncryptJWT({ upstream: { kind: 'typing-frame' } })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: keys.kid })
      .setSubject('guest-1')
      .setJti('once')
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 60)
      .encrypt(Buffer.from(keys.key, 'hex'));
    expect((await openTicket(keys, ticket, NOW)).sub).toBe('guest-1');
  });

  it('sealed before a rotation opens after it, and no longer after the next', async () => {
    const ticket = await sealTicket(keys, claims());
    const rotated: TicketKeys = { ...newKey('2'), previous: keys };
    const rotatedTwice: TicketKeys = { ...newKey('3'), previous: rotated };
    expect((await openTicket(rotated, ticket, NOW)).jti).toBe('once');
    expect(await refusalOf(openTicket(rotatedTwice, ticket, NOW))).toBe('unknown_key');
  });

  it('shows nothing of its session', async () => {
    const ticket = await sealTicket(
      keys,
      claims({ upstream: { kind: 'participant-state', guestToken: 'secret' } }),
    );
    const readable = ticket.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect(readable.join()).not.toContain('secret');
  });

  it.each<[TicketRefusal, Partial<TicketClaims>]>([
    ['expired', { iat: seconds - 331, exp: seconds - 31 }],
    ['not_yet_valid', { iat: seconds + 31, exp: seconds + 300 }],
    ['lives_too_long', { exp: seconds + 301 }],
    ['wrong_claims', { jti: '' }],
    ['wrong_claims', { sub: '' }],
  ])('is refused as %s: %j', async (refusal, changes) => {
    const ticket = await sealTicket(keys, claims(changes));
    expect(await refusalOf(openTicket(keys, ticket, NOW))).toBe(refusal);
  });

  it('is allowed for clocks that differ by half a minute', async () => {
    const early = await sealTicket(keys, claims({ iat: seconds + 29, exp: seconds + 300 }));
    const late = await sealTicket(keys, claims({ iat: seconds - 300, exp: seconds - 29 }));
    expect((await openTicket(keys, early, NOW)).jti).toBe('once');
    expect((await openTicket(keys, late, NOW)).jti).toBe('once');
  });

  it('sealed with another key under our kid is not decryptable', async () => {
    const forged = await sealTicket(newKey('1'), claims());
    expect(await refusalOf(openTicket(keys, forged, NOW))).toBe('not_decryptable');
  });

  it('is refused when one of its characters was changed', async () => {
    const ticket = await sealTicket(keys, claims());
    const parts = ticket.split('.');
    parts[3] = `${parts[3]?.startsWith('A') ? 'B' : 'A'}${parts[3]?.slice(1) ?? ''}`;
    expect(await refusalOf(openTicket(keys, parts.join('.'), NOW))).toBe('not_decryptable');
  });

  it('is nothing that the relay sealed for itself', async () => {
    const sealed = sealSession(keys, { sub: 'guest-1', upstream: claims().upstream });
    expect(await refusalOf(openTicket(keys, sealed, NOW))).toBe('malformed');
  });

  it.each([
    ['malformed', 'nonsense'],
    ['malformed', ''],
    ['malformed', 'a.b.c.d.e'],
    ['too_long', 'x'.repeat(7_000)],
  ])('is refused as %s when it is no ticket at all', async (refusal, text) => {
    expect(await refusalOf(openTicket(keys, text, NOW))).toBe(refusal);
  });

  it('with another encryption is refused', async () => {
    const other = await new EncryptJWT({ ...claims() })
      .setProtectedHeader({ alg: 'dir', enc: 'A128CBC-HS256', kid: keys.kid })
      .encrypt(Buffer.from(keys.key, 'hex'));
    expect(await refusalOf(openTicket(keys, other, NOW))).toBe('malformed');
  });

  it('with another algorithm is refused, so that nobody picks a weaker one', async () => {
    const other = await new EncryptJWT({ ...claims() })
      .setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM', kid: keys.kid })
      .encrypt(Buffer.from(keys.key, 'hex'));
    expect(await refusalOf(openTicket(keys, other, NOW))).toBe('malformed');
  });
});

describe('an admission', () => {
  const ports = () => ({
    spendTicket: vi.fn(() => Promise.resolve(true)),
    checkSession: vi.fn(() => ({ inbox: 'inbox-1' })),
    now: () => NOW,
  });

  it('spends the ticket by its jti until its exp, and seals its session', async () => {
    const to = ports();
    const ticket = await sealTicket(keys, claims());
    const admitted = await makeAdmission(to)(keys, ticket, 'request-1');
    expect(to.spendTicket).toHaveBeenCalledExactlyOnceWith('once', 'request-1', seconds + 300);
    expect(admitted).toMatchObject({ sub: 'guest-1', inbox: 'inbox-1' });
    expect(unsealSession(keys, admitted.sealedSession).upstream).toEqual(claims().upstream);
  });

  it('refuses a ticket that was spent', async () => {
    const admit = makeAdmission({ ...ports(), spendTicket: () => Promise.resolve(false) });
    expect(await refusalOf(admit(keys, await sealTicket(keys, claims()), 'request-2'))).toBe('spent');
  });

  it('does not spend a ticket whose session is wrong', async () => {
    const to = {
      ...ports(),
      checkSession: () => {
        throw new SessionError('wrong');
      },
    };
    const ticket = await sealTicket(keys, claims());
    await expect(makeAdmission(to)(keys, ticket, 'request-1')).rejects.toThrow(SessionError);
    expect(to.spendTicket).not.toHaveBeenCalled();
  });
});
