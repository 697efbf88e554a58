import { expect, it } from 'vitest';
import {
  AWS_DEADLINE_MS,
  MIN_GAP_MS,
  SOCKET_PING_AFTER_MS,
  SOCKET_PONG_MS,
  UPSTREAM_DEADLINE_MS,
  UPSTREAM_MIN_MS,
  WARM_UP_MS,
} from './constants.ts';

it('an org that is down or slow is told within four seconds, also by the first message of an environment', () => {
  expect(UPSTREAM_DEADLINE_MS + UPSTREAM_MIN_MS).toBeLessThan(4_000);
  expect(WARM_UP_MS + UPSTREAM_MIN_MS).toBeLessThan(UPSTREAM_DEADLINE_MS);
});

it('a dead socket leaves most of the deadline for a new one', () => {
  expect(SOCKET_PONG_MS).toBeLessThan(UPSTREAM_DEADLINE_MS / 4);
});

it('a kept socket is never doubted within the gap of two messages', () => {
  expect(SOCKET_PING_AFTER_MS).toBeGreaterThanOrEqual(MIN_GAP_MS);
});

it('a call to AWS ends before the function does', () => {
  expect(AWS_DEADLINE_MS + UPSTREAM_DEADLINE_MS).toBeLessThan(10_000);
});
