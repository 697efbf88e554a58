import { describe, expect, it } from 'vitest';
import { like } from '../../local/fixture.ts';
import { UsageError } from '../command.ts';
import { ticketKeyRotation, webhookSecretRotation } from './rotation.ts';

const key = 'ab'.repeat(32);

describe('the rotation of the ticket key', () => {
  const both = ticketKeyRotation.begin({ kid: '1', key });

  it('makes a new key of 256 bits current, and keeps the old one beside it', () => {
    expect(both).toEqual({
      kid: '2',
      key: like(/^[0-9a-f]{64}$/),
      previous: { kid: '1', key },
    });
    expect(both.key).not.toBe(key);
  });

  it('makes another key each time', () => {
    expect(ticketKeyRotation.begin({ kid: '1', key }).key).not.toBe(both.key);
  });

  it('ends with the new key alone', () => {
    expect(ticketKeyRotation.finish(both)).toEqual({ kid: '2', key: both.key });
  });

  it('counts on where keys are counted, and makes a name of its own where they are not', () => {
    expect(ticketKeyRotation.begin({ kid: '9', key }).kid).toBe('10');
    const { kid, previous } = ticketKeyRotation.begin({ kid: 'winter', key });
    expect(previous?.kid).toBe('winter');
    expect(kid).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is refused while two keys are live, and names them', () => {
    expect(() => ticketKeyRotation.begin(both)).toThrow(UsageError);
    expect(() => ticketKeyRotation.begin(both)).toThrow('the keys 2 and 1 are live');
  });

  it('cannot end where none is under way', () => {
    expect(() => ticketKeyRotation.finish({ kid: '1', key })).toThrow('No rotation is under way');
  });
});

describe("the rotation of the webhook's secret", () => {
  const secret = 's'.repeat(48);
  const both = webhookSecretRotation.begin({ secret });

  it('makes a new one current, keeps the old one beside it, and ends with the new one alone', () => {
    expect(both).toEqual({ secret: like(/^[\w-]{32}$/), previous: secret });
    expect(webhookSecretRotation.finish(both)).toEqual({ secret: both.secret });
  });

  it('is refused while two are live, and cannot end where one is', () => {
    expect(() => webhookSecretRotation.begin(both)).toThrow('two secrets are live');
    expect(() => webhookSecretRotation.finish({ secret })).toThrow('No rotation is under way');
  });
});
