import { describe, expect, test } from 'vitest';

import { ERROR_CODES } from '../../functions/relay/errors.ts';
import { recoveryOf } from './app/faults.ts';

const told = (code: string, retryAfterMs?: number) => ({
  code,
  message: '',
  ...(retryAfterMs && { retryAfterMs }),
});

describe('how to recover', () => {
  test.each(ERROR_CODES)('from %s is a sentence, with any fault chosen', (code) => {
    for (const fault of ['none', 'org-down', 'rate-limit', 'mismatch', 'cut'] as const)
      expect(recoveryOf(told(code), fault)).toMatch(/^To recover: \w.*[^,]\.$/);
  });

  test('names None only where a fault is chosen', () => {
    expect(recoveryOf(told('upstream_rejected'), 'org-down')).toContain('choose None, type on');
    expect(recoveryOf(told('upstream_rejected'), 'none')).not.toContain('None');
  });

  test('while the org is down says who sends the off that is owed', () => {
    expect(recoveryOf(told('upstream_unavailable'), 'org-down')).toContain('the relay sends by itself');
  });

  test('from a 429 takes the time from the frame, in whole seconds', () => {
    expect(recoveryOf(told('upstream_rate_limited', 2_100), 'rate-limit')).toContain(
      'choose None, wait 3 s,',
    );
    expect(recoveryOf(told('upstream_rate_limited'), 'none')).toBe('To recover: wait a while, and type on.');
  });
});
