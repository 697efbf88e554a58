import { expect, test, vi } from 'vitest';

import { makeBubbles } from './bubbles.ts';
import { makeHandTimers } from './timers-fixture.ts';

const conversation = (): { conversationId: string; guestTyping: boolean; agentTyping: boolean } => ({
  conversationId: 'c',
  guestTyping: false,
  agentTyping: false,
});

test('a bubble for a time lapses, and each change is told once', () => {
  const timers = makeHandTimers();
  const changed = vi.fn();
  const bubbles = makeBubbles(timers.after, changed);
  const its = conversation();
  bubbles.set(its, 'guest', true, 5000);
  bubbles.set(its, 'guest', true, 5000);
  expect(changed).toHaveBeenCalledTimes(1);
  expect(its.guestTyping).toBe(true);
  timers.fire();
  expect(changed).toHaveBeenCalledTimes(2);
  expect(its.guestTyping).toBe(false);
});

test('typing again puts off the end, and a bubble that is held has none', () => {
  const timers = makeHandTimers();
  const bubbles = makeBubbles(timers.after, vi.fn());
  const its = conversation();
  bubbles.set(its, 'guest', true, 5000);
  bubbles.set(its, 'guest', true, 3000);
  expect(timers.waiting()).toEqual([3000]);
  bubbles.set(its, 'guest', true);
  expect(timers.waiting()).toEqual([]);
});

test('the guest and the agent have each their own', () => {
  const timers = makeHandTimers();
  const bubbles = makeBubbles(timers.after, vi.fn());
  const its = conversation();
  bubbles.set(its, 'guest', true, 5000);
  bubbles.set(its, 'agent', true, 3000);
  bubbles.end(its, 'guest');
  expect(its).toMatchObject({ guestTyping: false, agentTyping: true });
  expect(timers.waiting()).toEqual([3000]);
});
