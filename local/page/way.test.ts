import { beforeEach, describe, expect, test, vi } from 'vitest';

import { makeClaims } from './app/claims.ts';
import type { Journey, Way } from './app/way.ts';
import { makeWay } from './app/way.ts';
import type { GatewayEvent, OrgMessage } from './app/wire.ts';

const at = Date.parse('2025-01-01T12:00:00Z');
const connectionId = 'L0SM9cOFvHcCIhw=';
const typingText = (isTyping: boolean): string => JSON.stringify({ type: 'typing', data: { isTyping } });

const frameIn = (isTyping: boolean, requestId = 'r1'): GatewayEvent => ({
  kind: 'frame-in',
  at,
  connectionId,
  requestId,
  routeKey: 'typing',
  body: typingText(isTyping),
});
const invoked = (routeKey: string, more: Partial<GatewayEvent> = {}): GatewayEvent => ({
  kind: 'invoke',
  at,
  connectionId,
  requestId: 'r1',
  routeKey,
  function: 'Typing',
  ms: 12.4,
  coldStart: false,
  ok: true,
  ...more,
});
const socketFrame = (isTyping: boolean): OrgMessage => ({
  at: '2025-01-01T12:00:00.005Z',
  via: 'socket',
  body: { type: 'typing', data: { isTyping } },
});
const restCall = (state: string, more: Partial<OrgMessage> = {}): OrgMessage => ({
  at: '2025-01-01T12:00:00.005Z',
  via: 'rest',
  method: 'POST',
  path: '/api/v2/conversations/c/participants/p',
  status: 200,
  body: { routing: { priority: 0 }, state },
  ...more,
});
const handled = (
  outcome: string,
  more: Partial<GatewayEvent['handled']> = {},
  requestId = 'r1',
): GatewayEvent => ({
  kind: 'handled',
  at,
  requestId,
  connectionId,
  function: 'Typing',
  handled: { event: 'typing-on', outcome, ...more },
});
const stages = ({ steps }: Journey): string[] => steps.map(({ stage }) => stage);

type Told = Omit<Way, 'gateway'> & { gateway: (...args: Parameters<Way['gateway']>) => Journey };

/** A way of which each step is one of its own. */
function makeToldWay(): Told {
  const made = makeWay();
  return {
    ...made,
    gateway(event, conversationId) {
      const journey = made.gateway(event, conversationId);
      if (journey === undefined) throw new Error(`${event.kind} went nowhere`);
      return journey;
    },
  };
}

let way: Told;
beforeEach(() => {
  way = makeToldWay();
});

describe('the way of a message', () => {
  test('is frame, function, decision, upstream, answer: though the function answers last', () => {
    way.gateway(frameIn(true));
    way.org(restCall('typing'));
    way.gateway({
      kind: 'frame-out',
      at,
      connectionId,
      body: '{"type":"ack","id":"1","outcome":"forwarded"}',
    });
    way.gateway(handled('forwarded', { upstreamMs: 7 }));
    const journey = way.gateway(invoked('typing', { coldStart: true }));
    expect(way.journeys()).toEqual([journey]);
    expect(journey.outcome).toBe('forwarded');
    expect(journey.title).toBe('Typing on');
    expect(stages(journey)).toEqual(['in', 'function', 'decision', 'upstream', 'back']);
    expect(journey.steps[1]).toMatchObject({ what: 'Typing', badges: ['12 ms', 'cold'] });
    expect(journey.steps[2]).toMatchObject({
      what: 'Sent to Genesys.',
      badges: ['forwarded'],
    });
    expect(journey.steps[3]).toMatchObject({
      what: 'POST /api/v2/conversations/c/participants/p',
      badges: ['200', '7 ms'],
      code: '{"routing":{"priority":0},"state":"typing"}',
    });
  });

  test('two at once are told apart by what they say', () => {
    const first = way.gateway(frameIn(true));
    const second = way.gateway(frameIn(false, 'r2'));
    expect(way.org(socketFrame(false))).toBe(second);
    expect(way.org(socketFrame(true))).toBe(first);
    expect(way.org(restCall('connected'))).toBe(second);
  });

  test('two at once each have the function that ran for them, whichever ends first', () => {
    const first = way.gateway(frameIn(true));
    const second = way.gateway(frameIn(true, 'r2'));
    expect(way.gateway(invoked('typing', { requestId: 'r2' }))).toBe(second);
    expect(way.gateway(invoked('typing'))).toBe(first);
  });

  test('two at once each have the error frame that names their request', () => {
    way.gateway(frameIn(true));
    const second = way.gateway(frameIn(true, 'r2'));
    const body =
      '{"type":"error","error":{"code":"upstream_rejected","message":"Do this.","requestId":"r2"}}';
    expect(way.gateway({ kind: 'frame-out', at, connectionId, body })).toBe(second);
  });

  test('a socket that the relay opens first belongs to the message that waits for it', () => {
    const first = way.gateway(frameIn(true));
    way.gateway(frameIn(false, 'r2'));
    const upgrade = {
      ...socketFrame(true),
      via: 'upgrade',
      method: 'GET',
      path: '/guests/g/socket',
      body: '',
    } as const;
    expect(way.org({ ...upgrade, status: 101 })).toBe(first);
    expect(first.steps.at(-1)).toEqual({
      stage: 'upstream',
      at: at + 5,
      what: 'GET /guests/g/socket',
      badges: ['101'],
      bad: false,
    });
  });

  test('a connection has its functions and its opening together', () => {
    way.gateway(invoked('$connect', { function: 'Authorizer' }));
    way.gateway(invoked('$connect', { function: 'Connect' }));
    const journey = way.gateway({ kind: 'connect', at, connectionId, requestId: 'r1', routeKey: '$connect' });
    expect(way.journeys()).toEqual([journey]);
    expect(stages(journey)).toEqual(['function', 'function', 'socket']);
  });

  test('a disconnect shows the off that the relay owes', () => {
    way.gateway(frameIn(true));
    const journey = way.gateway({ kind: 'disconnect', at, connectionId, requestId: 'r2', status: 1006 });
    expect(way.org(restCall('connected'))).toBe(journey);
    expect(journey.steps.map(({ badges }) => badges)).toEqual([['code 1006'], ['200']]);
  });

  test('an off of its own and the off of the disconnect that follows keep apart, though both are late', () => {
    const own = way.gateway(frameIn(false));
    way.gateway(invoked('typing'));
    const end = way.gateway({ kind: 'disconnect', at, connectionId, requestId: 'r2', status: 1000 });
    expect(way.org(socketFrame(false))).toBe(own);
    expect(way.org(socketFrame(false))).toBe(end);
  });

  test('a message that the relay kept back does not take the upstream call of a later one', () => {
    way.gateway({ ...frameIn(true), at: at - 5_000 });
    way.gateway(invoked('typing'));
    const later = way.gateway(frameIn(true, 'r2'));
    expect(way.org(socketFrame(true))).toBe(later);
  });

  test.each(['coalesced', 'ignored', 'stale'])(
    'one that was %s takes no upstream call, though it came just before',
    (outcome) => {
      way.gateway(frameIn(true));
      way.gateway(handled(outcome));
      way.gateway(invoked('typing'));
      const later = way.gateway({ ...frameIn(true, 'r2'), at: at + 600 });
      expect(way.org({ ...socketFrame(true), at: '2025-01-01T12:00:00.605Z' })).toBe(later);
      const upgrade = { ...socketFrame(true), via: 'upgrade', body: '' } as const;
      way.gateway(handled(outcome, {}, 'r2'));
      expect(way.org(upgrade)).not.toBe(later);
    },
  );

  test('what the org hears in one conversation goes to no message of another', () => {
    const before = way.gateway(frameIn(true), 'before');
    const now = way.gateway(frameIn(true, 'r2'), 'now');
    expect(way.org({ ...socketFrame(true), conversationId: 'now' })).toBe(now);
    expect(way.org({ ...socketFrame(true), conversationId: 'now' })).toBe(now);
    expect(before.steps).toHaveLength(1);
  });

  test('how long the upstream took stands with its call, or with the decision when there were several', () => {
    const badgesOf = (calls: number): string[][] => {
      way.clear();
      way.gateway(frameIn(true));
      for (let count = 0; count < calls; count += 1) way.org(restCall('typing'));
      return way.gateway(handled('forwarded', { upstreamMs: 7.4 })).steps.map(({ badges }) => badges);
    };
    expect(badgesOf(0)).toEqual([[], ['forwarded', 'upstream 7 ms']]);
    expect(badgesOf(1)).toEqual([[], ['forwarded'], ['200', '7 ms']]);
    expect(badgesOf(2)).toEqual([[], ['forwarded', 'upstream 7 ms'], ['200'], ['200']]);
  });

  test('an agent’s typing is a webhook, and the frame that is pushed while its function runs', () => {
    way.gateway({ kind: 'connect', at, connectionId, requestId: 'r0', routeKey: '$connect' });
    const ids = { at, requestId: 'h1', routeKey: 'POST /webhooks/open-messaging' };
    const event = '{"type":"Event","events":[{"eventType":"Typing","typing":{"type":"On","duration":5000}}]}';
    way.gateway({ kind: 'http-in', ...ids, body: event });
    const frame = '{"type":"typing","data":{"isTyping":true,"expiresInMs":4990}}';
    way.gateway({ kind: 'frame-out', at, connectionId, body: frame });
    way.gateway({ kind: 'invoke', ...ids, function: 'AgentTyping', ms: 4, coldStart: false, ok: true });
    const journey = way.gateway({ kind: 'http-out', ...ids, status: 200 });
    expect(journey.title).toBe('Agent types');
    expect(stages(journey)).toEqual(['in', 'function', 'back', 'back']);
    expect(journey.steps.map(({ name }) => name)).toEqual(['Webhook in', undefined, 'Frame back', undefined]);
  });

  test('an off that no frame accounts for is one that was owed, with what the queue’s function said', () => {
    way.gateway(frameIn(true));
    way.gateway(invoked('typing'));
    const late = '2025-01-01T12:00:10.000Z';
    const journey = way.org(restCall('connected', { at: late }));
    const queue = { at: Date.parse(late) + 5, function: 'Expire' };
    way.gateway({
      kind: 'handled',
      ...queue,
      requestId: 'm1',
      handled: { event: 'watch', outcome: 'ended' },
    });
    way.gateway({ kind: 'invoke', ...queue, routeKey: 'queue', ms: 8, coldStart: false, ok: true });
    expect(journey).toMatchObject({ title: 'Owed off', outcome: 'ended' });
    expect(stages(journey)).toEqual(['function', 'decision', 'upstream']);
  });

  test('a call that was dropped and made again belongs to the frame that waits for it', () => {
    const off = way.gateway(frameIn(false));
    way.org(restCall('connected', { status: 0 }));
    expect(way.org(restCall('connected', { status: 0 }))).toBe(off);
  });

  test('what a queue or a function does for others, or for what is no longer shown, goes nowhere', () => {
    const made = makeWay();
    expect(made.gateway(invoked('typing'))).toBeUndefined();
    expect(made.gateway(handled('forwarded'))).toBeUndefined();
    expect(made.gateway({ ...invoked('queue'), routeKey: 'queue' })).toBeUndefined();
    expect(made.journeys()).toEqual([]);
  });

  test('a chat message goes its own way', () => {
    const frame = way.gateway(frameIn(true));
    const chat = way.org({
      ...restCall(''),
      path: '/api/v2/webmessaging/guests/messages',
      body: { content: 'Hi' },
    });
    expect(chat).not.toBe(frame);
    expect(chat.of).toBe('chat');
  });
});

describe('what went wrong stands out', () => {
  test('an error frame, with its sentence', () => {
    way.gateway(frameIn(true));
    const body =
      '{"type":"error","error":{"code":"upstream_rejected","message":"Do this.","requestId":"r1"}}';
    const { steps } = way.gateway({ kind: 'frame-out', at, connectionId, body });
    expect(steps.at(-1)).toEqual({
      stage: 'back',
      name: 'Frame back',
      at,
      what: 'Do this.',
      code: body,
      badges: [],
      bad: true,
    });
  });

  test.each([
    ["API Gateway's own error", { kind: 'frame-out', at, body: '{"message":"Internal server error"}' }, []],
    ['a function that failed', invoked('typing', { ok: false }), ['12 ms', 'failed']],
    ['a refused connection', { kind: 'refused', at, routeKey: '$connect', status: 401 }, ['401']],
  ] as const)('%s', (_what, event, badges) => {
    way.gateway(frameIn(true));
    expect(way.gateway(event).steps.find(({ bad }) => bad)).toMatchObject({ badges });
  });

  test('a decision that refuses, with its reason', () => {
    way.gateway(frameIn(true));
    const refused = handled('refused', { error: 'upstream_rejected', reason: 'participant_mismatch' });
    expect(way.gateway(refused).steps.at(-1)).toMatchObject({
      bad: true,
      badges: ['refused', 'participant_mismatch'],
    });
  });

  test.each([
    [405, '405'],
    [0, 'no answer'],
  ])('an upstream answer %i', (status, badge) => {
    expect(way.org(restCall('typing', { status })).steps).toMatchObject([{ bad: true, badges: [badge] }]);
  });

  test('a pong does not', () => {
    expect(way.gateway({ kind: 'frame-out', at, body: '{"type":"pong"}' }).steps).toMatchObject([
      { bad: false },
    ]);
  });
});

test('200 rows are kept, the newest', () => {
  for (let count = 0; count < 150; count += 1) {
    way.gateway(frameIn(count % 2 === 0, `r${count}`));
    way.gateway(invoked('typing', { requestId: `r${count}` }));
  }
  expect(way.journeys().flatMap(stages)).toHaveLength(200);
  way.clear();
  expect(way.journeys()).toEqual([]);
});

describe('the connections of this page', () => {
  const connect = (id: string, principalId = `holder of ${id}`): GatewayEvent => ({
    kind: 'connect',
    at,
    connectionId: id,
    principalId,
  });
  const frame = (id: string): GatewayEvent => ({ kind: 'frame-in', at, connectionId: id, body: '{}' });
  const refused = (id: string): GatewayEvent => ({ kind: 'refused', at, connectionId: id, status: 403 });
  let seen: GatewayEvent[];
  let conversations: unknown[];
  let claims: ReturnType<typeof makeClaims>;
  const found = vi.fn();
  const open = (id: string, conversationId = 'c'): void => {
    claims.opening({ holder: `holder of ${id}`, conversationId, found });
  };
  beforeEach(() => {
    seen = [];
    conversations = [];
    found.mockClear();
    claims = makeClaims((event, conversationId) => {
      seen.push(event);
      conversations.push(conversationId);
    });
  });

  test('the one that its ticket let in, with what came before', () => {
    claims.offer(frame('mine'));
    open('mine');
    const authorized = invoked('$connect', { connectionId: 'mine' });
    claims.offer(authorized);
    claims.offer(connect('mine'));
    claims.offer(frame('other'));
    claims.offer(frame('mine'));
    expect(seen).toEqual([authorized, connect('mine'), frame('mine')]);
    expect(conversations).toEqual(['c', 'c', 'c']);
    expect(found).toHaveBeenLastCalledWith('mine');
  });

  test('never one of a page that opens at the same moment, whichever comes first', () => {
    open('mine');
    for (const id of ['other', 'mine', 'another']) claims.offer(connect(id));
    expect(seen).toEqual([connect('mine')]);
    expect(found.mock.calls).toEqual([['mine']]);
  });

  test('of two tabs each its own, with its own conversation', () => {
    open('first', 'one');
    open('second', 'two');
    claims.offer(connect('second'));
    claims.offer(connect('first'));
    expect(found.mock.calls).toEqual([['second'], ['first']]);
    expect(conversations).toEqual(['two', 'one']);
  });

  test('also one that was refused, whether that is heard before the socket’s end or after', () => {
    open('mine');
    claims.offer(refused('mine'));
    claims.refused('holder of mine');
    open('next');
    claims.refused('holder of next');
    claims.offer(refused('next'));
    claims.offer(refused('other'));
    expect(seen).toEqual([refused('mine'), refused('next')]);
  });

  test('but not when it may be another’s', () => {
    open('mine');
    claims.offer(refused('other'));
    claims.offer(refused('mine'));
    claims.refused('holder of mine');
    expect(seen).toEqual([]);
    expect(found).not.toHaveBeenCalled();
  });

  test('and what bears no connection but the request of one, or is this page’s in another way', () => {
    claims = makeClaims(
      (event) => seen.push(event),
      ({ kind }) => kind === 'http-in',
    );
    const ticket: GatewayEvent = {
      kind: 'handled',
      at,
      requestId: 'r9',
      handled: { event: 'ticket', outcome: 'x' },
    };
    const webhook: GatewayEvent = { kind: 'http-in', at, requestId: 'h1' };
    const answer: GatewayEvent = { kind: 'http-out', at, requestId: 'h1', status: 200 };
    open('mine');
    claims.offer(ticket);
    claims.offer({ ...connect('mine'), requestId: 'r9' });
    for (const event of [webhook, answer, { ...answer, requestId: 'h2' }]) claims.offer(event);
    expect(seen).toEqual([ticket, { ...connect('mine'), requestId: 'r9' }, webhook, answer]);
  });

  test('also the one before, which ends after the next was opened', () => {
    open('first');
    claims.offer(connect('first'));
    open('second');
    const end = { kind: 'disconnect', at, connectionId: 'first', status: 1000 } as const;
    claims.offer(end);
    expect(seen).toEqual([connect('first'), end]);
  });
});
