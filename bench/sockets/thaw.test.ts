import { describe, expect, it } from 'vitest';
import { assertThaw } from './thaw.ts';
import { WayError } from './undisturbed.ts';

const NONE = { lost: 0, repeats: 0 };

describe('a thaw', () => {
  it.each([
    ['kept', 'healthy', 0],
    ['kept', 'frame', 1],
    ['kept', 'silent', 1],
    ['checked', 'healthy', 0],
    ['checked', 'reset', 1],
    ['checked', 'silent', 0],
  ] as const)(
    '%s: %s is to open %i sockets, and with another number is made again',
    (side, fault, opened) => {
      const cell = { side, fault } as const;
      expect(() => {
        assertThaw('one', cell, opened, NONE);
      }).not.toThrow();
      expect(() => {
        assertThaw('one', cell, opened + 1, NONE);
      }).toThrow(WayError);
    },
  );

  it('may bring a frame twice where the relay opened a socket, and nowhere else', () => {
    const twice = { lost: 0, repeats: 1 };
    expect(() => {
      assertThaw('one', { side: 'kept', fault: 'frame' }, 1, twice);
    }).not.toThrow();
    expect(() => {
      assertThaw('one', { side: 'kept', fault: 'healthy' }, 0, twice);
    }).toThrow('one: 1 frames came twice');
    expect(() => {
      assertThaw('one', { side: 'checked', fault: 'frame' }, 1, twice);
    }).toThrow('one: 1 frames came twice');
  });

  it('loses nothing on a healthy socket', () => {
    expect(() => {
      assertThaw('one', { side: 'checked', fault: 'healthy' }, 0, { lost: 1, repeats: 0 });
    }).toThrow('one: 1 frames were lost on a healthy socket');
  });
});
