import { beforeEach, expect, test, vi } from 'vitest';

import type { Deployment, Deployments } from '../deployments.ts';
import { makeDeployments } from '../deployments.ts';
import { makeState } from '../state.ts';
import type { HandTimers } from '../timers-fixture.ts';
import { makeHandTimers } from '../timers-fixture.ts';
import type { SessionStore } from './session-store.ts';
import { makeSessionStore } from './session-store.ts';

/** When sessions end by themselves, §1.7. */

const HOUR_MS = 3_600_000;

let timers: HandTimers;
let deployments: Deployments;
let deployment: Deployment;
let store: SessionStore;
const clock = { at: 0 };
beforeEach(() => {
  timers = makeHandTimers();
  clock.at = 1_000_000;
  deployments = makeDeployments();
  deployment = deployments.create({ sessionDurationSeconds: 3600 });
  const state = makeState('http://127.0.0.1:1', vi.fn(), timers.after);
  store = makeSessionStore({ state, deployments, now: () => clock.at, after: timers.after });
});

test('a session ends when nothing was said for so long, and its sockets are told', () => {
  const session = store.begin(deployment, 'token');
  const send = vi.fn();
  session.connections.push({ send, close: vi.fn() });
  expect(session.expiresAt).toBe(clock.at + HOUR_MS);
  clock.at += HOUR_MS;
  timers.fire();
  expect(session.status).toBe('expired');
  expect(send).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ class: 'SessionExpiredEvent' }));
});

test('what is said puts the end off', () => {
  const session = store.begin(deployment, 'token');
  clock.at += 1000;
  store.touch(session);
  expect(timers.waiting()).toEqual([HOUR_MS]);
  expect(session.expiresAt).toBe(clock.at + HOUR_MS);
});

test('a session that begins in the place of another takes its sockets, and not its end', () => {
  const before = store.begin(deployment, 'token');
  before.connections.push({ send: vi.fn(), close: vi.fn() });
  const session = store.begin(deployment, 'token');
  expect(session.connections).toEqual(before.connections);
  expect(timers.waiting()).toEqual([HOUR_MS]);
  expect(store.find(deployment.deploymentId, 'token')).toBe(session);
});

test.each(['expire', 'logout', 'forget'] as const)(
  'a session that is over, by %s, does not end again',
  (how) => {
    store.finish(store.begin(deployment, 'token'), how);
    expect(timers.waiting()).toEqual([]);
  },
);

test('a session that is read-only still ends', () => {
  store.finish(store.begin(deployment, 'token'), 'end');
  expect(timers.waiting()).toEqual([HOUR_MS]);
});
