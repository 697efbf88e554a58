import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meaningOf } from './messaging-frames.ts';

const frame = (fields: object): string => JSON.stringify({ type: 'response', ...fields });
const session = (body: unknown): string => frame({ class: 'SessionResponse', code: 200, body });
const coded = (code: number, body: unknown = 'words of Genesys'): string =>
  frame({ class: 'string', code, body });
const event = (name: string, body: unknown = {}): string =>
  JSON.stringify({ type: 'message', class: name, code: 200, body });

/** The frame of TooManyRequestsErrorMessage, as genesys-messenger-transport-mobile-sdk's SerializationTest.kt has it. */
const tooMany = (retryAfter: unknown): string =>
  frame({
    class: 'TooManyRequestsErrorMessage',
    code: 429,
    body: { retryAfter, errorCode: 4029, errorMessage: 'Message rate too high for this session' },
  });

describe('a session that goes on', () => {
  it.each([
    ['resumed', { connected: true, newSession: false, readOnly: false }],
    ['resumed, with only what is guaranteed', { connected: true }],
    ['with nulls for what is absent', { connected: true, newSession: null, readOnly: null }],
    ['with fields of a later version', { connected: true, newSession: false, autoStarted: false, moon: 1 }],
  ])('is ready: %s', (_, body) => {
    expect(meaningOf(session(body))).toEqual({ is: 'ready' });
  });

  it('is ready also where the envelope has nulls', () => {
    const text = frame({ class: 'SessionResponse', code: 200, body: { connected: true }, tracingId: null });
    expect(meaningOf(text)).toEqual({ is: 'ready' });
  });
});

describe('a session that is over', () => {
  it.each([
    ['the token named none', session({ connected: true, newSession: true }), 'session_not_found'],
    [
      'the agent ended it',
      event('StructuredMessage', {
        type: 'Event',
        events: [{ eventType: 'Presence', presence: { type: 'Disconnect' } }],
        metadata: { readOnly: 'true' },
      }),
      'session_read_only',
    ],
    ['the conversation was cleared', event('SessionClearedEvent'), 'connection_closed'],
    ['an error of another class', frame({ class: 'Error', code: 4007, tracingId: 't' }), 'session_not_found'],
    [
      'the token named none, beside a null',
      session({ connected: true, newSession: true, readOnly: null }),
      'session_not_found',
    ],
    ['it is read-only', session({ connected: true, readOnly: true }), 'session_read_only'],
    ['it was closed', session({ connected: false, readOnly: true }), 'session_read_only'],
    ['it is not connected', session({ connected: false }), 'session_read_only'],
    [
      'it is new and read-only',
      session({ connected: true, newSession: true, readOnly: true }),
      'session_read_only',
    ],
    ['it expired', event('SessionExpiredEvent'), 'session_expired'],
    ['it expired, in a code', coded(4006), 'session_expired'],
    ['it was not found', coded(4007), 'session_not_found'],
    ['another connection took its place', event('ConnectionClosedEvent'), 'connection_closed'],
    [
      'the guest signed in elsewhere',
      event('ConnectionClosedEvent', { reason: 'signedIn' }),
      'connection_closed',
    ],
    ['the guest logged out', event('LogoutEvent'), 'connection_closed'],
    ['it is one of a guest who has logged in', coded(4017), 'bad_credentials'],
  ])('says so: %s', (_, text, reason) => {
    expect(meaningOf(text)).toMatchObject({ is: 'refused', error: { code: 'session_ended', reason } });
  });
});

describe('a refusal', () => {
  // As TA/util/Response.kt of genesys-messenger-transport-mobile-sdk has it.
  const featureOff = 'Turn on the Feature Toggle or fix the configuration.';

  it.each([
    ['a feature is off', coded(403, featureOff), 'feature_disabled', /showUserTypingIndicator/],
    ['a feature is off, without words', coded(403, null), 'feature_disabled', /showUserTypingIndicator/],
    ['a feature is off, in no words', coded(403, { toString: 1, valueOf: 2 }), 'feature_disabled', /./],
    ['a feature is off, by its own code', coded(4000), 'feature_disabled', /showUserTypingIndicator/],
    ['the log-in failed', coded(403, 'Session authentication failed'), 'bad_credentials', /log in again/],
    ['the log-in is over', coded(403, 'Try to authenticate again.'), 'bad_credentials', /log in again/],
    ['there is no log-in', coded(401), 'bad_credentials', /log in again/],
    ['a parameter is missing', coded(4020), 'invalid_request', /code 4020/],
    ['the request is bad', coded(400), 'invalid_request', /code 400/],
    ['the message is too long', coded(4011), 'invalid_request', /code 4011/],
    ['the code is none that is known', coded(4999), 'invalid_request', /code 4999/],
  ])('is told with a reason and what to change: %s', (_, text, reason, advice) => {
    const meaning = meaningOf(text);
    expect(meaning).toMatchObject({ is: 'refused', error: { code: 'upstream_rejected', reason } });
    expect(meaning?.is === 'refused' && meaning.error.message).toMatch(advice);
  });

  it.each([500, 503, 599, 5000])('with code %d is no fault of the ticket', (code) => {
    expect(meaningOf(coded(code))).toMatchObject({ error: { code: 'upstream_unavailable' } });
  });

  it.each([
    ['in seconds', tooMany(3), 3_000],
    ['of nothing', tooMany(0), 1_000],
    ['of nonsense', tooMany('soon'), 1_000],
    ['of null', tooMany(null), 1_000],
    ['longer than anything is remembered', tooMany(1e300), 10_800_000],
    ['that is not said', coded(4029), 1_000],
    ['that is not said, in HTTP words', coded(429), 1_000],
  ])('for too many messages asks for silence, with a time %s', (_, text, retryAfterMs) => {
    expect(meaningOf(text)).toMatchObject({ error: { code: 'upstream_rate_limited', retryAfterMs } });
  });

  it('repeats nothing of what Genesys wrote, in no part of the error', () => {
    const meaning = meaningOf(coded(400, 'the token 1b2c is wrong'));
    if (meaning?.is !== 'refused') throw new Error('not refused');
    const { message, cause } = meaning.error;
    expect(`${message} ${String(cause)}`).not.toContain('1b2c');
  });
});

describe('anything else', () => {
  it.each([
    ['an agent types', event('StructuredMessage', { type: 'Event', direction: 'Outbound' })],
    ['a class of a later version', event('HologramEvent')],
    ['a class that Object has', event('constructor')],
    ['a code that is fine', coded(200)],
    ['no code', frame({ class: 'string', body: 'hello' })],
    ['no class', '{}'],
    ['no object', '[1]'],
    ['null', 'null'],
    ['no JSON', 'hello'],
    ['nothing', ''],
  ])('means nothing: %s', (_, text) => {
    expect(meaningOf(text)).toBeUndefined();
  });

  it('with a tracing id answers the frame that bore it', () => {
    const echo = frame({ class: 'StructuredMessage', code: 200, body: {}, tracingId: 'id-1' });
    expect(meaningOf(echo)).toEqual({ is: 'heard', tracingId: 'id-1' });
    expect(meaningOf(frame({ class: 'string', code: 200, body: 'ok', tracingId: 'id-2' }))).toEqual({
      is: 'heard',
      tracingId: 'id-2',
    });
  });

  const classes = ['SessionResponse', 'TooManyRequestsErrorMessage', 'SessionExpiredEvent', 'string', 'x'];
  const anyValue = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    // A body that no template string can take: its own toString is no function.
    fc.constant({ toString: 1, valueOf: 2 }),
  );
  const anyFrame = fc.record(
    {
      class: fc.oneof(fc.constantFrom(...classes), anyValue),
      code: fc.oneof(fc.constantFrom(200, 400, 401, 403, 4006, 4029, 5000), anyValue),
      body: fc.oneof(anyValue, fc.record({ retryAfter: fc.double(), connected: anyValue })),
      tracingId: fc.oneof(fc.string(), anyValue),
    },
    { requiredKeys: [] },
  );

  it('whatever it is, never throws, and asks for no silence without end', () => {
    fc.assert(
      fc.property(fc.oneof(anyFrame, fc.jsonValue()), (value) => {
        const meaning = meaningOf(JSON.stringify(value));
        if (meaning?.is !== 'refused') return;
        const { retryAfterMs = 1_000 } = meaning.error;
        expect(retryAfterMs).toBeGreaterThanOrEqual(1_000);
        expect(retryAfterMs).toBeLessThanOrEqual(10_800_000);
      }),
      { numRuns: 1_000 },
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        meaningOf(text);
      }),
    );
  });
});
