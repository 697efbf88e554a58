import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type AgentTypingPorts, type Listener, makeAgentTyping } from './agent-typing.ts';
import { openInbox } from './inbox.ts';

const NOW = Date.parse('2026-01-01T00:00:10.000Z');
const secret = 'the-secret-of-the-webhook';
const inbox = openInbox('integration-1', 'guest-1');

/** As go-gcloudcx's openmessaging-outbound-event-typing.json has it, and Genesys' page on outbound messages. */
const event = {
  id: 'event-1',
  channel: {
    id: 'integration-1',
    platform: 'Open',
    type: 'Private',
    messageId: 'event-1',
    to: { id: 'guest-1' },
    from: { nickname: 'Chat', id: 'integration-1', idType: 'Opaque' },
    time: '2026-01-01T00:00:09.000Z',
  },
  type: 'Event',
  events: [{ eventType: 'Typing', typing: { type: 'On', duration: 5_000 } }],
  direction: 'Outbound',
  conversationId: 'conversation-1',
};

/** The webhook with one guest, whose connections are these. */
function setUp(connections: (string | Listener)[] = ['tab-1']) {
  const clock = { now: NOW };
  const found = connections.map((one) =>
    typeof one === 'string' ? { connectionId: one, connectedAt: NOW - 60_000 } : one,
  );
  const ports = {
    listeners: vi.fn((asked: string) => Promise.resolve(asked === inbox ? found : [])),
    forget: vi.fn<AgentTypingPorts['forget']>(() => Promise.resolve()),
    push: vi.fn<AgentTypingPorts['push']>(() => Promise.resolve('sent')),
    warn: vi.fn<AgentTypingPorts['warn']>(),
  };
  const receive = makeAgentTyping({
    ...ports,
    withSecrets: (matches) => Promise.resolve(matches({ secret })),
    now: () => clock.now,
  });
  const deliver = (body: unknown, signature?: string) => {
    const raw = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return receive({ body: raw, signature: signature ?? sign(raw), requestId: 'request-1' });
  };
  return { ...ports, clock, receive, deliver };
}

const sign = (body: Buffer | string, key = secret, form: 'hex' | 'base64' | 'base64url' = 'hex'): string =>
  `sha256=${createHmac('sha256', key).update(body).digest(form)}`;

const shown = (expiresInMs: number) => ({ type: 'typing', data: { isTyping: true, expiresInMs } });

describe("an agent's typing", () => {
  it('goes to every connection of the guest, for the time that is left of it', async () => {
    const { deliver, push } = setUp(['tab-1', 'tab-2']);
    expect(await deliver(event)).toEqual({ status: 200, outcome: 'pushed' });
    expect(push.mock.calls).toEqual([
      ['tab-1', shown(4_000)],
      ['tab-2', shown(4_000)],
    ]);
  });

  it.each([
    ['where the channel is', { ...event.channel, from: undefined }],
    ['where the sender is', { ...event.channel, id: undefined }],
    ['in one of two places', { ...event.channel, id: 'something-else' }],
  ])('finds the integration %s', async (_, channel) => {
    const { deliver, push } = setUp();
    expect(await deliver({ ...event, channel })).toMatchObject({ outcome: 'pushed' });
    expect(push).toHaveBeenCalledOnce();
  });

  it.each([
    ['another guest', { ...event.channel, to: { id: 'guest-2' } }],
    ['nobody', { ...event.channel, to: undefined }],
    ['a null', { ...event.channel, to: null }],
    ['no integration', { ...event.channel, id: undefined, from: undefined }],
    ['a guest of another integration', { ...event.channel, id: 'i', from: { id: 'j' } }],
  ])('for %s goes to nobody', async (_, channel) => {
    const { deliver, push } = setUp();
    expect(await deliver({ ...event, channel })).toEqual({ status: 200, outcome: 'nobody' });
    expect(push).not.toHaveBeenCalled();
  });

  it('lasts for five seconds where Genesys does not say', async () => {
    const { deliver, push } = setUp();
    await deliver({ ...event, events: [{ eventType: 'Typing' }] });
    await deliver({ ...event, events: [{ eventType: 'Typing', typing: { type: 'On', duration: null } }] });
    expect(push.mock.calls.map(([, frame]) => frame)).toEqual([shown(4_000), shown(4_000)]);
  });

  it('is found among several events', async () => {
    const { deliver } = setUp();
    const events = [{ eventType: 'Presence', presence: { type: 'Join' } }, ...event.events];
    expect(await deliver({ ...event, events })).toMatchObject({ outcome: 'pushed' });
  });
});

describe('the time of an event', () => {
  const at = (ms: number, duration = 5_000) => ({
    ...event,
    channel: { ...event.channel, time: new Date(NOW + ms).toISOString() },
    events: [{ eventType: 'Typing', typing: { type: 'On', duration } }],
  });

  it.each([
    ['just now', at(0), 5_000],
    ['with a millisecond left', at(-4_999), 1],
    ['by a clock that is ahead: never longer than its duration', at(9_000), 5_000],
    ['long, and long ago', at(-10_000, 30_000), 20_000],
  ])('leaves the rest of its duration: %s', async (_, body, expiresInMs) => {
    const { deliver, push } = setUp();
    await deliver(body);
    expect(push).toHaveBeenCalledExactlyOnceWith('tab-1', shown(expiresInMs));
  });

  it.each([
    ['over', at(-5_000)],
    ['too old to be believed', at(-10_001, 30_000)],
    ['too far ahead', at(10_001)],
    ['not said', { ...event, channel: { ...event.channel, time: undefined } }],
    ['null', { ...event, channel: { ...event.channel, time: null } }],
    ['no time', { ...event, channel: { ...event.channel, time: 'soon' } }],
    ['for no duration', at(0, 0)],
    ['for less than none', at(0, -5_000)],
  ])('that is %s shows nothing', async (_, body) => {
    const { deliver, push } = setUp();
    expect(await deliver(body)).toEqual({ status: 200, outcome: 'outdated' });
    expect(push).not.toHaveBeenCalled();
  });

  it('is not prolonged by a replay, and in the end a replay shows nothing', async () => {
    const { deliver, push, clock } = setUp();
    for (const [after, outcome] of [
      [0, 'pushed'],
      [3_000, 'pushed'],
      [4_000, 'outdated'],
    ] as const) {
      clock.now = NOW + after;
      expect(await deliver(event)).toMatchObject({ outcome });
    }
    expect(push.mock.calls.map(([, frame]) => frame)).toEqual([shown(4_000), shown(1_000)]);
  });
});

describe('what is no typing of an agent', () => {
  it.each([
    ['an off, which is in the contract no more', [{ eventType: 'Typing', typing: { type: 'Off' } }], {}],
    ["a guest's typing", event.events, { direction: 'Inbound' }],
    ['a text', event.events, { type: 'Text', text: 'hello' }],
    ['a text as Genesys sends it', undefined, { type: 'Text', text: 'hello' }],
    ['a receipt', undefined, { type: 'Receipt', status: 'Delivered' }],
    ['a structured message', undefined, { type: 'Structured', content: [{ contentType: 'Card' }] }],
    ['an event of another type', [{ eventType: 'Presence', presence: { type: 'Disconnect' } }], {}],
    ['an event without events', undefined, {}],
    ['an event with null for events', null, {}],
    ['no type at all', event.events, { type: undefined }],
  ])('is answered with 200 and not shown: %s', async (_, events, changes) => {
    const { deliver, push } = setUp();
    expect(await deliver({ ...event, events, ...changes })).toEqual({ status: 200, outcome: 'other_event' });
    expect(push).not.toHaveBeenCalled();
  });

  it.each(['', 'typing', '['])('is answered with 400 where it is no JSON: %s', async (body) => {
    expect(await setUp().deliver(body)).toEqual({ status: 400, outcome: 'bad_json' });
  });

  it.each(['null', '"Event"', '[]', '7', '{"type":"Event","events":[null]}', '{"type":"Text","channel":7}'])(
    'is answered with 200 where it is of a shape that nobody knows: %s',
    async (body) => {
      expect(await setUp().deliver(body)).toEqual({ status: 200, outcome: 'other_event' });
    },
  );

  it('is shown for a minute at most, whatever it says', async () => {
    const { deliver, push } = setUp();
    const events = [{ eventType: 'Typing', typing: { type: 'On', duration: 1e12 } }];
    await deliver({ ...event, events });
    const [frame] = push.mock.calls.map(([, told]) => told);
    expect(frame?.type === 'typing' && frame.data.expiresInMs).toBeLessThanOrEqual(60_000);
  });
});

describe('the signature', () => {
  const body = JSON.stringify(event);

  it.each([
    ['hex', sign(body)],
    ['hex in capitals', sign(body).toUpperCase().replace('SHA', 'sha')],
    ['base64', sign(body, secret, 'base64')],
    ['base64 without padding', sign(body, secret, 'base64url')],
  ])('is taken in %s', async (_, signature) => {
    expect(await setUp().deliver(body, signature)).toMatchObject({ status: 200 });
  });

  it.each([
    ['empty', ''],
    ['of another body', sign(`${body} `)],
    ['by another secret', sign(body, 'another-secret-of-a-webhook')],
    ['without its scheme', sign(body).slice('sha256='.length)],
    ['of another scheme', sign(body).replace('sha256', 'sha1')],
    ['cut short by a digit', sign(body).slice(0, -1)],
    ['cut short by a byte', sign(body).slice(0, -2)],
    ['cut short in base64', sign(body, secret, 'base64').slice(0, -2)],
    ['with a digit more', `${sign(body)}0`],
    ['with more after it', `${sign(body)}, sha256=00`],
    ['with a line more', `${sign(body)}\n`],
    ['of nothing', 'sha256='],
    ['with zeroes', `sha256=${'0'.repeat(64)}`],
  ])('that is wrong is answered with 401, and nobody is told: %s', async (_, signature) => {
    const { deliver, listeners, warn } = setUp();
    expect(await deliver(body, signature)).toEqual({ status: 401, outcome: 'bad_signature' });
    expect(listeners).not.toHaveBeenCalled();
    expect(warn).toHaveBeenCalledExactlyOnceWith('webhook_refused', {
      requestId: 'request-1',
      reason: 'wrong signature',
    });
  });

  it('that is missing is answered with 401 and logged as such', async () => {
    const { receive, warn } = setUp();
    const delivered = { body: Buffer.from(body), signature: undefined, requestId: 'r' };
    expect(await receive(delivered)).toEqual({ status: 401, outcome: 'bad_signature' });
    expect(warn).toHaveBeenCalledExactlyOnceWith('webhook_refused', {
      requestId: 'r',
      reason: 'no signature',
    });
  });

  it('is over the raw bytes: the same JSON, written otherwise, does not pass with it', async () => {
    const written = JSON.stringify(event, undefined, 2);
    const { deliver } = setUp();
    expect(await deliver(written, sign(written))).toMatchObject({ status: 200 });
    expect(await deliver(written, sign(JSON.stringify(JSON.parse(written))))).toMatchObject({ status: 401 });
  });

  it('is over bytes that are no text, too', async () => {
    const { receive } = setUp();
    const raw = Buffer.from([0xff, 0xfe, 0x00]);
    expect(await receive({ body: raw, signature: sign(raw), requestId: 'r' })).toMatchObject({ status: 400 });
  });

  it('may be by the secret before, while the operator changes it', async () => {
    const { listeners, forget, push, warn } = setUp();
    const previous = 'the-secret-before-that-one';
    const receive = makeAgentTyping({
      ...{ listeners, forget, push, warn },
      withSecrets: (matches) => Promise.resolve(matches({ secret, previous })),
      now: () => NOW,
    });
    const by = (key: string) =>
      receive({ body: Buffer.from(body), signature: sign(body, key), requestId: 'r' });
    expect(await by(previous)).toMatchObject({ status: 200 });
    expect(await by(secret)).toMatchObject({ status: 200 });
    expect(await by('the-secret-before-both')).toMatchObject({ status: 401 });
  });

  it('is not computed of a body that is too large', async () => {
    const { receive } = setUp();
    const largest = Buffer.alloc(65_536, 0x20);
    const answer = (raw: Buffer) => receive({ body: raw, signature: sign(raw), requestId: 'r' });
    expect(await answer(largest)).toEqual({ status: 400, outcome: 'bad_json' });
    expect(await answer(Buffer.concat([largest, Buffer.from(' ')]))).toEqual({
      status: 413,
      outcome: 'too_large',
    });
  });
});

describe("a guest's connection", () => {
  it('that is gone is forgotten', async () => {
    const { deliver, push, forget } = setUp();
    push.mockResolvedValue('gone');
    expect(await deliver(event)).toEqual({ status: 200, outcome: 'nobody' });
    expect(forget).toHaveBeenCalledExactlyOnceWith(inbox, 'tab-1');
  });

  it('that is only on its way up is not', async () => {
    const { deliver, push, forget, clock } = setUp([{ connectionId: 'tab-1', connectedAt: NOW - 10_000 }]);
    push.mockResolvedValue('gone');
    await deliver(event);
    expect(forget).not.toHaveBeenCalled();
    clock.now += 1;
    await deliver(event);
    expect(forget).toHaveBeenCalledOnce();
  });

  it('that cannot be reached keeps the frame from no other', async () => {
    const { deliver, push, forget, warn } = setUp(['tab-1', 'tab-2']);
    push.mockRejectedValueOnce(new Error('throttled'));
    expect(await deliver(event)).toEqual({ status: 200, outcome: 'pushed' });
    expect(push).toHaveBeenLastCalledWith('tab-2', shown(4_000));
    expect(forget).not.toHaveBeenCalled();
    expect(warn).toHaveBeenCalledExactlyOnceWith('push_failed', {
      connectionId: 'tab-1',
      cause: 'Error: throttled',
    });
  });

  it('that cannot be forgotten costs a log line and nothing else', async () => {
    const { deliver, push, forget, warn } = setUp(['tab-1', 'tab-2']);
    push.mockResolvedValueOnce('gone');
    forget.mockRejectedValue(new Error('throttled'));
    expect(await deliver(event)).toEqual({ status: 200, outcome: 'pushed' });
    expect(warn).toHaveBeenCalledOnce();
  });

  it('that nobody can look up fails the delivery, so that Genesys may send it again', async () => {
    const { deliver, listeners } = setUp();
    listeners.mockRejectedValue(new Error('throttled'));
    await expect(deliver(event)).rejects.toThrow('throttled');
  });
});

describe('whatever is delivered', () => {
  const answered = async (raw: Buffer, signature: string | undefined) => {
    const { status } = await setUp().receive({ body: raw, signature, requestId: 'r' });
    return status;
  };

  it('is answered: any bytes with any signature', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.option(fc.string(), { nil: undefined }), async (raw, signature) => {
        expect(await answered(Buffer.from(raw), signature)).toBe(401);
        expect([200, 400]).toContain(await answered(Buffer.from(raw), sign(Buffer.from(raw))));
      }),
    );
  });

  it('is answered: any JSON in any place of an event', async () => {
    const any = fc.jsonValue({ maxDepth: 3 });
    const likeAnEvent = fc.record(
      {
        type: fc.oneof(fc.constant('Event'), any),
        direction: any,
        channel: fc.oneof(any, fc.record({ id: any, to: any, from: any, time: any })),
        events: fc.oneof(
          any,
          fc.array(fc.record({ eventType: fc.oneof(fc.constant('Typing'), any), typing: any })),
        ),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(any, likeAnEvent), async (value) => {
        const raw = Buffer.from(JSON.stringify(value));
        expect([200, 400]).toContain(await answered(raw, sign(raw)));
      }),
    );
  });
});
