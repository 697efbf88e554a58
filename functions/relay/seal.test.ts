import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { seal, sealSession, unseal, unsealSession } from './seal.ts';
import { TicketError, type TicketRefusal } from './ticket-error.ts';
import { sealTicket } from './ticket.ts';
import { type TicketKeys, ticketKeys } from './ticket-keys.ts';

const newKey = (kid: string) => ({ kid, key: randomBytes(32).toString('hex') });
const keys: TicketKeys = newKey('1');
const session = { sub: 'guest-1', upstream: { kind: 'typing-frame', socketUrl: 'wss://x' } };

function refusalOf(opening: () => unknown): TicketRefusal {
  try {
    opening();
  } catch (error) {
    if (error instanceof TicketError) return error.refusal;
    throw error;
  }
  throw new Error('no refusal');
}

describe('the secret that holds the keys', () => {
  it.each([
    {},
    { kid: '1', key: 'abc' },
    { kid: '1', key: 'g'.repeat(64) },
    { kid: '', key: 'a'.repeat(64) },
  ])('must hold 256 bits in hex: %j is refused', (value) => {
    expect(ticketKeys.safeParse(value).success).toBe(false);
  });
});

describe('what the relay seals for itself', () => {
  it('opens as what it was, whatever the key is called', () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ minLength: 1, unit: 'grapheme' }), (json, kid) => {
        const named = { ...keys, kid };
        expect(unseal(named, 'token', seal(named, 'token', JSON.parse(json)))).toEqual(JSON.parse(json));
      }),
    );
  });

  it('shows nothing of what it is, and looks different each time', () => {
    const sealed = [seal(keys, 'token', 'secret'), seal(keys, 'token', 'secret')];
    expect(new Set(sealed).size).toBe(2);
    for (const text of sealed)
      expect(Buffer.from(text.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('secret');
  });

  it('is refused with any of its bits changed', () => {
    const [version = '', kid = '', box = ''] = seal(keys, 'session', session).split('.');
    const bytes = Buffer.from(box, 'base64url');
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const opening = () => unseal(keys, 'session', `${version}.${kid}.${changed.toString('base64url')}`);
      expect(refusalOf(opening)).toBe('not_decryptable');
    }
  });

  it.each(['', '.', 'nonsense', '1.b', '1.b.c', `1.MQ.${'A'.repeat(30)}`, `1.MQ.${'A'.repeat(40)}.`])(
    'is refused when it is no such thing: %j',
    (text) => {
      expect(refusalOf(() => unseal(keys, 'session', text))).toBe('malformed');
    },
  );

  it('of another form, older or newer, is refused', () => {
    const [, ...rest] = seal(keys, 'session', session).split('.');
    expect(refusalOf(() => unseal(keys, 'session', ['2', ...rest].join('.')))).toBe('malformed');
    expect(refusalOf(() => unseal(keys, 'session', rest.join('.')))).toBe('malformed');
  });

  it('of one sort is none of the other', () => {
    expect(refusalOf(() => unseal(keys, 'token', seal(keys, 'session', session)))).toBe('not_decryptable');
    expect(refusalOf(() => unsealSession(keys, seal(keys, 'token', session)))).toBe('not_decryptable');
  });

  it('with another key under our kid is not decryptable, under another kid its key is unknown', () => {
    expect(refusalOf(() => unsealSession(keys, sealSession(newKey('1'), session)))).toBe('not_decryptable');
    expect(refusalOf(() => unsealSession(keys, sealSession(newKey('2'), session)))).toBe('unknown_key');
  });
});

describe('a sealed session', () => {
  it('opens again, also after a rotation', () => {
    const sealed = sealSession(keys, session);
    expect(unsealSession({ ...newKey('2'), previous: keys }, sealed)).toEqual(session);
  });

  it('that lacks a part is refused', () => {
    expect(refusalOf(() => unsealSession(keys, seal(keys, 'session', { sub: 'guest-1' })))).toBe('malformed');
  });

  it('is no ticket', async () => {
    const now = Math.floor(Date.now() / 1000);
    const ticket = await sealTicket(keys, { ...session, iat: now, exp: now + 60, jti: 'once' });
    expect(refusalOf(() => unsealSession(keys, ticket))).toBe('malformed');
  });

  it('is refused when the authorizer could not hand it on', () => {
    const huge = { ...session, upstream: { kind: 'x', value: 'x'.repeat(8_000) } };
    expect(refusalOf(() => sealSession(keys, huge))).toBe('too_long');
  });
});
