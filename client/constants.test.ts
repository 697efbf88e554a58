import { expect, it } from 'vitest';
import * as relay from '../functions/relay/constants.ts';
import {
  CLIENT_GAP_MS,
  CLIENT_IDLE_MS,
  CLIENT_REFRESH_MS,
  EXPIRY_MS,
  PING_MAX_MS,
  PING_MS,
} from './constants.ts';

it('the relay counts on the refresh that the client keeps', () => {
  expect(CLIENT_REFRESH_MS).toBe(relay.CLIENT_REFRESH_MS);
});

it('an on outlives the way of the next by a second at least, or the bubble flickers', () => {
  expect(EXPIRY_MS).toBeGreaterThanOrEqual(CLIENT_REFRESH_MS + 1_000);
});

it('jitter does not make the relay swallow every second refresh', () => {
  expect(relay.REFRESH_MS).toBeLessThan(CLIENT_REFRESH_MS);
  expect(relay.MIN_GAP_MS).toBeLessThan(CLIENT_GAP_MS);
  expect(CLIENT_GAP_MS).toBeLessThan(CLIENT_REFRESH_MS);
});

it('the relay does not call a guest silent who only waits for the next refresh', () => {
  expect(relay.SILENCE_MS).toBeGreaterThan(CLIENT_REFRESH_MS + 2_000);
});

it('who writes slowly gets refreshes and not off and on in turn, and the off comes before the far side gives up', () => {
  expect(CLIENT_IDLE_MS).toBeGreaterThan(CLIENT_REFRESH_MS);
  expect(CLIENT_IDLE_MS).toBeLessThan(EXPIRY_MS);
  expect(CLIENT_IDLE_MS).toBeLessThan(relay.SILENCE_MS);
});

it('one lost ping does not cost the connection', () => {
  expect(PING_MS).toBeLessThan(PING_MAX_MS);
  expect(PING_MAX_MS).toBeLessThan(10 * 60_000);
});
