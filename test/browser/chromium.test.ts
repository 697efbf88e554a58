import { execPath } from 'node:process';
import { describe, expect, it } from 'vitest';
import { findChromium, noChromium } from './chromium.ts';

describe('Chromium', () => {
  it('is taken from CHROMIUM_PATH where that is set', () => {
    expect(findChromium({ CHROMIUM_PATH: execPath })).toBe(execPath);
  });

  it('is not looked for elsewhere when CHROMIUM_PATH leads nowhere, and that is said', () => {
    const wrong = { CHROMIUM_PATH: '/nowhere/chromium', PATH: '/usr/bin' };
    expect(findChromium(wrong)).toBeUndefined();
    expect(noChromium(wrong)).toContain('CHROMIUM_PATH is /nowhere/chromium, and no program is there');
  });

  it('that is nowhere is told with how to get one', () => {
    expect(noChromium({})).toContain('apt-get install chromium');
  });
});
