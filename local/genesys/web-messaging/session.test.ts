import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { anything, like } from '../../fixture.ts';
import type { TestOrg } from '../fixture.ts';
import { startTestOrg } from '../fixture.ts';
import type { GuestRecord } from '../guest-record.ts';
import {
  configureSession,
  echo,
  HEALTH_CHECK,
  join,
  onMessage,
  openSocket,
  text,
  typing,
} from './fixture.ts';

const clock = { at: Date.parse('2026-01-01T00:00:00Z') };
let org: TestOrg;
let guest: GuestRecord;
beforeAll(async () => {
  org = await startTestOrg({ now: () => clock.at });
});
beforeEach(async () => {
  guest = await org.guest();
});
afterAll(() => org.close());

const plainError = (code: number): object => ({
  type: 'response',
  class: 'string',
  code,
  body: anything(String),
});
const finish = (how: string): Promise<unknown> =>
  org.control('POST', 'sessions', { conversationId: guest.conversationId, how });

describe('configureSession, §1.5', () => {
  test('resumes the session of a guest that the org knows, with all that the answer has', async () => {
    const client = await openSocket(guest);
    const tracingId = randomUUID();
    expect(await client.ask(configureSession(guest, { tracingId }))).toEqual({
      type: 'response',
      class: 'SessionResponse',
      code: 200,
      tracingId,
      body: {
        connected: true,
        newSession: false,
        readOnly: false,
        maxCustomDataBytes: 2048,
        allowedMedia: {},
        blockedExtensions: [],
        clearedExistingSession: false,
        durationSeconds: 86_400,
        expirationDate: clock.at / 1000 + 86_400,
        autoStarted: false,
      },
    });
  });

  test('begins a new session in silence for a token that nobody knows, and resumes that one', async () => {
    const stranger = { ...guest, guestToken: randomUUID() };
    const client = await openSocket(guest);
    expect(await client.ask(configureSession(stranger))).toMatchObject({ body: { newSession: true } });
    const again = await openSocket(guest);
    expect(await again.ask(configureSession(stranger))).toMatchObject({ body: { newSession: false } });
  });

  test('the token of a guest of another deployment, or of open messaging, is one that nobody knows', async () => {
    const client = await openSocket(guest);
    for (const other of [await org.guestOfDeployment({}), await org.openGuest()]) {
      const frame = configureSession({ ...guest, guestToken: other.guestToken });
      expect(await client.ask(frame)).toMatchObject({ body: { newSession: true } });
    }
  });

  test('a new session has a conversation from its first message on, and the guest is listed', async () => {
    const stranger = { ...guest, guestToken: randomUUID() };
    const client = await openSocket(guest);
    await client.ask(configureSession(stranger));
    expect(JSON.stringify(await org.control('GET', 'guests'))).not.toContain(stranger.guestToken);
    await client.ask(text(stranger, 'hello'));
    expect(JSON.stringify(await org.control('GET', 'guests'))).toContain(stranger.guestToken);
  });

  test.each([
    ['token', { token: undefined }],
    ['deploymentId', { deploymentId: undefined }],
  ])('without %s it is 4020', async (_name, more) => {
    const client = await openSocket(guest);
    expect(await client.ask(configureSession(guest, more))).toEqual(plainError(4020));
  });

  test('another deployment than that of the socket is an error', async () => {
    const client = await openSocket(guest);
    const frame = configureSession(guest, { deploymentId: randomUUID() });
    expect(await client.ask(frame)).toEqual(plainError(400));
  });

  test('§1.6: a token may have 2048 characters and no more', async () => {
    const client = await openSocket(guest);
    const longest = { ...guest, guestToken: 'x'.repeat(2048) };
    expect(await client.ask(configureSession({ ...guest, guestToken: 'x'.repeat(2049) }))).toEqual(
      plainError(400),
    );
    expect(await client.ask(configureSession(longest))).toMatchObject({ class: 'SessionResponse' });
  });

  test('startNew starts over after a read-only session, and changes nothing in a live one', async () => {
    const client = await join(guest);
    expect(await client.ask(configureSession(guest, { startNew: true }))).toMatchObject({
      body: { newSession: false, readOnly: false },
    });
    await finish('end');
    await client.next();
    expect(await client.ask(configureSession(guest))).toMatchObject({
      body: { newSession: false, readOnly: true },
    });
    expect(await client.ask(configureSession(guest, { startNew: true }))).toMatchObject({
      body: { newSession: true, readOnly: false },
    });
  });
});

describe('frames that make no sense', () => {
  test('before configureSession, an action is an error', async () => {
    const client = await openSocket(guest);
    for (const frame of [typing(guest), echo(guest), { action: 'getJwt', token: guest.guestToken }]) {
      expect(await client.ask(frame)).toMatchObject(plainError(400));
    }
  });

  test('§1.5: an unknown action is answered with an error, a published one that is not played with 4000', async () => {
    const client = await join(guest);
    const tracingId = randomUUID();
    const unknown = { action: 'dance', token: guest.guestToken, tracingId };
    expect(await client.ask(unknown)).toEqual({ ...plainError(400), tracingId });
    expect(await client.ask({ action: 'onAttachment', token: guest.guestToken })).toEqual(plainError(4000));
  });

  test.each(['', 'no json', '[]', '{}', '{"action":7}', Buffer.from('{"action":"echo"}')])(
    '%j is answered with an error, and the socket stays',
    async (frame) => {
      const client = await join(guest);
      expect(await client.ask(frame)).toEqual(plainError(400));
      expect(await client.ask(echo(guest))).toMatchObject({ code: 200 });
    },
  );

  test('is recorded without any credential, whatever it is', async () => {
    const client = await join(guest);
    const { guestToken } = guest;
    await client.ask(`no json ${guestToken}`);
    const data = { code: 'a-code-of-the-login' };
    await client.ask({ action: 'configureAuthenticatedSession', token: guestToken, data });
    await client.ask({ action: 'echo', token: guestToken, message: { text: `my token is ${guestToken}` } });
    const recorded = JSON.stringify(await org.messages({ waitMs: 0 }));
    expect(recorded).not.toContain(guestToken);
    expect(recorded).not.toContain('a-code-of-the-login');
    expect(recorded).toContain('my token is [redacted]');
  });

  test('a frame without a token is 4020, one with a token of another session 4007', async () => {
    const client = await join(guest);
    const other = await org.guest();
    expect(await client.ask({ ...typing(guest), token: undefined })).toEqual(plainError(4020));
    expect(await client.ask(typing(other))).toEqual(plainError(4007));
  });
});

describe('what a client may ask', () => {
  test('§1.9: echo comes back with the tracingId of the health check, and tells when the session ends', async () => {
    const client = await join(guest);
    expect(await client.ask(echo(guest))).toEqual({
      type: 'response',
      class: 'StructuredMessage',
      code: 200,
      tracingId: HEALTH_CHECK,
      body: {
        text: 'ping',
        type: 'Text',
        direction: 'Inbound',
        id: anything(String),
        metadata: { durationSeconds: '86400', expirationDate: String(clock.at / 1000 + 86_400) },
      },
    });
  });

  test('§1.6: getJwt is answered with a JWT and when it ends', async () => {
    const client = await join(guest);
    expect(await client.ask({ action: 'getJwt', token: guest.guestToken })).toEqual({
      type: 'response',
      class: 'JwtResponse',
      code: 200,
      body: { jwt: like(/^[\w-]+\.[\w-]+\.[\w-]+$/), exp: clock.at / 1000 + 3600 },
    });
  });

  test('§1.5: closeSession ends it: not connected and read-only', async () => {
    const client = await join(guest);
    const answer = await client.ask({ action: 'closeSession', token: guest.guestToken });
    expect(answer).toMatchObject({ class: 'SessionResponse', body: { connected: false, readOnly: true } });
    expect(await client.ask(configureSession(guest))).toMatchObject({ body: { readOnly: true } });
  });
});

test('§2.2: 2 onMessage a second go through in a session over all its sockets, and the next one says when', async () => {
  const clients = [await join(guest), await join(guest)];
  clients[0]?.send(typing(guest));
  await org.screenWith(guest, { guestTyping: true });
  await clients[1]?.ask(text(guest, 'hello'));
  await clients[0]?.next();
  const refused = {
    type: 'response',
    class: 'TooManyRequestsErrorMessage',
    code: 429,
    body: { retryAfter: 1, errorCode: 4029, errorMessage: 'Message rate too high for this session' },
  };
  for (const client of clients) expect(await client.ask(typing(guest))).toEqual(refused);
  expect(await clients[0]?.ask(echo(guest))).toMatchObject({ code: 200 });
  clock.at += 1000;
  expect(await clients[0]?.ask(onMessage(guest, { type: 'Text', text: 'again' }))).toMatchObject({
    code: 200,
  });
});
