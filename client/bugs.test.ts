import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CLIENT_GAP_MS } from './constants.ts';
import { FakeField, FakeSocket, OFF, ON } from './fakes.ts';
import { typingReceiver } from './receiver.ts';
import { typingSender } from './sender.ts';

/** What users of other chats report about their typing indicators, each as it would happen here. */

let socket: FakeSocket;
let field: FakeField;
let page: EventTarget;
let shows: boolean[];

beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
  field = new FakeField();
  page = new EventTarget();
  shows = [];
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const send = () => typingSender(socket, field, { page });
const receive = () => typingReceiver(socket, (isTyping) => void shows.push(isTyping), { page });

/** The machine sleeps: the monotonic clock goes on, timers do not run. */
function sleep(ms: number): void {
  const wakesAt = performance.now() + ms;
  vi.spyOn(performance, 'now').mockImplementation(() => wakesAt);
}

describe('stuck after a reconnect (element-web #25942)', () => {
  it('a socket that closed has told nothing: the next key after it opened says on at once', () => {
    send();
    field.type('a');
    socket.close();
    field.type('ab');
    socket.open();
    vi.advanceTimersByTime(CLIENT_GAP_MS);
    field.type('abc');
    expect(socket.sent).toEqual([ON, ON]);
  });

  it('nothing that was on before comes back by itself', () => {
    send();
    field.type('a');
    socket.close();
    socket.open();
    vi.advanceTimersByTime(60_000);
    expect(socket.sent).toEqual([ON]);
  });

  it('the agent of a closed socket types no longer', () => {
    receive();
    socket.receive(ON);
    socket.close();
    expect(shows).toEqual([true, false]);
  });
});

describe('stuck after the laptop slept (element-web #26882)', () => {
  it('what was on when it fell asleep is off when it wakes, before any timer', () => {
    send();
    field.type('a');
    sleep(3_600_000);
    page.dispatchEvent(new Event('visibilitychange'));
    expect(socket.sent).toEqual([ON, OFF]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a key that comes before the late timer is a new on, not a silent one', () => {
    send();
    field.type('a');
    sleep(3_600_000);
    field.type('ab');
    expect(socket.sent).toEqual([ON, ON]);
  });

  it('a late timer still says off, once', () => {
    send();
    field.type('a');
    sleep(3_600_000);
    vi.advanceTimersByTime(6_000);
    page.dispatchEvent(new Event('pageshow'));
    expect(socket.sent).toEqual([ON, OFF]);
  });

  it('the agent who typed when it fell asleep is hidden when it wakes', () => {
    receive();
    socket.receive(ON);
    sleep(3_600_000);
    page.dispatchEvent(new Event('pageshow'));
    expect(shows).toEqual([true, false]);
  });

  it('a wall clock that was set forward or back in the meantime moves nothing', () => {
    send();
    for (const jump of [3_600_000, -7_200_000]) {
      field.type('a');
      vi.setSystemTime(Date.now() + jump);
      vi.advanceTimersByTime(1_000);
      field.type('ab');
    }
    expect(socket.sent).toEqual([ON]);
    vi.advanceTimersByTime(6_000);
    expect(socket.sent).toEqual([ON, OFF]);
  });
});

describe('stuck after the message was sent, and inverted from then on (amazon-connect-chatjs #26)', () => {
  it('each message ends with off and the next draft begins with on', () => {
    const typing = send();
    for (let message = 0; message < 3; message += 1) {
      field.type('hello');
      typing.sent();
      field.value = '';
      vi.advanceTimersByTime(2_000);
    }
    expect(socket.sent).toEqual([ON, OFF, ON, OFF, ON, OFF]);
  });

  it('an off that comes twice or first inverts nothing', () => {
    receive();
    for (const frame of [OFF, ON, OFF, OFF, ON]) socket.receive(frame);
    expect(shows).toEqual([true, false, true]);
  });
});

describe('late on after the message (teams-sdk #1988)', () => {
  it('no timer of the draft speaks after it was sent', () => {
    const typing = send();
    field.type('hello');
    vi.advanceTimersByTime(4_999);
    field.type('hello!');
    typing.sent();
    vi.advanceTimersByTime(60_000);
    expect(socket.sent).toEqual([ON, OFF]);
  });

  it('the line break that the sending key leaves behind is no new draft', () => {
    const typing = send();
    field.type('hello');
    typing.sent();
    field.type('\n');
    field.type('');
    expect(socket.sent).toEqual([ON, OFF]);
  });

  it("the agent's message hides the bubble at once, and its old deadline does not touch the next", () => {
    const receiver = receive();
    socket.receive(ON);
    vi.advanceTimersByTime(5_000);
    receiver.message();
    socket.receive(ON);
    vi.advanceTimersByTime(6_999);
    expect(shows).toEqual([true, false, true]);
  });
});

it('flicker because the bubble expires before the refresh (stoat client #119, kern-ai #352): not with keys 1.5 s and a way 0.5 s long', () => {
  const key = fc.record({ gap: fc.integer({ min: 1, max: 1_500 }), way: fc.integer({ min: 0, max: 499 }) });
  fc.assert(
    fc.property(fc.array(key, { minLength: 50 }), (keys) => {
      shows = [];
      const far = new FakeSocket();
      const receiver = typingReceiver(far, (isTyping) => void shows.push(isTyping), { page });
      let delay = 0;
      socket.send = (frame) => {
        setTimeout(() => {
          far.receive(frame);
        }, delay);
      };
      const typing = send();
      for (const { gap, way } of keys) {
        delay = way;
        field.type('draft');
        vi.advanceTimersByTime(gap);
      }
      vi.advanceTimersByTime(500);
      expect(shows).toEqual([true]);
      typing.stop();
      receiver.stop();
      vi.clearAllTimers();
    }),
  );
});

it('off never arrives because the tab was closed (wire-webapp #14165, converse.js #508, zulip-terminal #885)', () => {
  send();
  field.type('a');
  page.dispatchEvent(new Event('pagehide'));
  expect(socket.sent).toEqual([ON, OFF]);
});

it('a dozen events a second from each who types (BigBlueButton #8419, Mattermost #13373): here 12 in a minute', () => {
  send();
  for (let key = 0; key < 60 * 12; key += 1) {
    field.type('draft');
    vi.advanceTimersByTime(1_000 / 12);
  }
  expect(socket.sent.length).toBeLessThanOrEqual(12);
  expect(new Set(socket.sent)).toEqual(new Set([ON]));
});
