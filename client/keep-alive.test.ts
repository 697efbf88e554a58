import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeSocket } from './fakes.ts';
import { keepAlive } from './keep-alive.ts';

const PING = '{"type":"ping"}';
let socket: FakeSocket;

beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
});
afterEach(() => {
  vi.useRealTimers();
});

it('pings an open socket every 5 minutes', () => {
  keepAlive(socket);
  vi.advanceTimersByTime(299_999);
  expect(socket.sent).toEqual([]);
  vi.advanceTimersByTime(300_001);
  expect(socket.sent).toEqual([PING, PING]);
});

it('begins when the socket opens and has no timer while it is closed', () => {
  socket.readyState = 0;
  keepAlive(socket, 10_000);
  expect(vi.getTimerCount()).toBe(0);
  socket.open();
  vi.advanceTimersByTime(10_000);
  socket.close();
  expect(vi.getTimerCount()).toBe(0);
  socket.open();
  vi.advanceTimersByTime(10_000);
  expect(socket.sent).toEqual([PING, PING]);
});

it('an open that is told twice pings no faster', () => {
  keepAlive(socket, 10_000);
  socket.open();
  vi.advanceTimersByTime(10_000);
  expect(socket.sent).toEqual([PING]);
});

it('stops', () => {
  const alive = keepAlive(socket);
  alive.stop();
  socket.open();
  expect([vi.getTimerCount(), socket.listeners]).toEqual([0, 0]);
});

it.each([0, -1, 999, 540_001, Infinity, NaN])('refuses an interval of %d ms', (everyMs) => {
  expect(() => keepAlive(socket, everyMs)).toThrow(RangeError);
});
