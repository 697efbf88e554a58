import { once } from 'node:events';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';

import { anything } from '../../fixture.ts';
import type { TestOrg } from '../fixture.ts';
import { startTestOrg } from '../fixture.ts';
import type { GuestRecord } from '../guest-record.ts';
import type { GuestClient } from './fixture.ts';
import { configureSession, echo, join, openSocket, text, typing } from './fixture.ts';

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

describe('several sockets on one token, §1.8', () => {
  async function joinTimes(count: number): Promise<GuestClient[]> {
    const clients: GuestClient[] = [];
    for (let left = count; left > 0; left -= 1) clients.push(await join(guest));
    return clients;
  }
  const answers = async (client: GuestClient): Promise<string> => (await client.ask(echo(guest))).class;

  test('the fourth evicts the oldest, and the others stay', async () => {
    const [oldest, ...others] = await joinTimes(3);
    const closed = oldest && once(oldest.socket, 'close');
    const [newest] = await joinTimes(1);
    expect(await oldest?.next()).toEqual({
      type: 'message',
      class: 'ConnectionClosedEvent',
      code: 200,
      body: {},
    });
    expect((await closed)?.[0]).toBe(1000);
    for (const client of [...others, ...(newest ? [newest] : [])]) {
      expect(await answers(client)).toBe('StructuredMessage');
    }
  });

  test('a socket that closed or configured twice takes no second place, and how many there are is settable', async () => {
    await org.control('PUT', 'behaviour', { connectionsPerToken: 2 });
    const [first, second] = await joinTimes(2);
    await first?.ask(configureSession(guest));
    second?.socket.close();
    if (second) await once(second.socket, 'close');
    const [third] = await joinTimes(1);
    if (first === undefined || third === undefined) throw new Error('no clients');
    expect(await answers(first)).toBe('StructuredMessage');
    await joinTimes(1);
    // The second configureSession made the first socket no younger than the third.
    expect((await first.next()).class).toBe('ConnectionClosedEvent');
    expect(await answers(third)).toBe('StructuredMessage');
    await org.control('PUT', 'behaviour', { connectionsPerToken: 3 });
  });

  test('who signed in elsewhere is told so, on every socket', async () => {
    const clients = await joinTimes(2);
    await finish('sign-in');
    for (const client of clients) {
      expect(await client.next()).toMatchObject({
        class: 'ConnectionClosedEvent',
        body: { reason: 'signedIn' },
      });
    }
  });

  test('who is logged out is told so, and the session is gone', async () => {
    const [client] = await joinTimes(1);
    await finish('logout');
    expect((await client?.next())?.class).toBe('LogoutEvent');
  });
});

describe('the end of a session, §1.7', () => {
  test('open sockets get SessionExpiredEvent, and later actions 4006', async () => {
    const clients = [await join(guest), await join(guest)];
    await finish('expire');
    for (const client of clients) {
      expect(await client.next()).toEqual({
        type: 'message',
        class: 'SessionExpiredEvent',
        code: 200,
        body: {},
      });
      expect(await client.ask(typing(guest))).toEqual(plainError(4006));
      expect(await client.ask(configureSession(guest))).toEqual(plainError(4006));
    }
    expect((await org.screen(guest)).guestTyping).toBe(false);
  });

  test('a token of an expired session begins anew with startNew, or at once where that is set', async () => {
    await finish('expire');
    const client = await openSocket(guest);
    await org.control('PUT', 'behaviour', { afterExpiry: 'new-session' });
    expect(await client.ask(configureSession(guest))).toMatchObject({ body: { newSession: true } });
    await org.control('PUT', 'behaviour', { afterExpiry: 'refused' });
    const other = await org.guest();
    await org.control('POST', 'sessions', { conversationId: other.conversationId, how: 'expire' });
    const answer = await client.ask(configureSession(other, { startNew: true }));
    expect(answer).toMatchObject({ body: { newSession: true } });
  });

  test('it comes by itself when nothing was said for as long as the deployment says', async () => {
    guest = await org.guestOfDeployment({ sessionDurationSeconds: 1 });
    const client = await join(guest);
    expect((await client.next()).class).toBe('SessionExpiredEvent');
  });

  test('a text puts it off, and typing does where that is set (§9.5)', async () => {
    const client = await join(guest);
    const endsAt = async (): Promise<number> => {
      const { body } = await client.ask(echo(guest));
      const answer = z.object({ metadata: z.object({ expirationDate: z.coerce.number() }) });
      return answer.parse(body).metadata.expirationDate;
    };
    const first = await endsAt();
    clock.at += 10_000;
    client.send(typing(guest));
    expect(await endsAt()).toBe(first);
    await client.ask(text(guest, 'hello'));
    expect(await endsAt()).toBe(first + 10);
    await org.control('PUT', 'behaviour', { typingExtendsSession: true });
    clock.at += 10_000;
    client.send(typing(guest));
    expect(await endsAt()).toBe(first + 20);
    await org.control('PUT', 'behaviour', { typingExtendsSession: false });
  });

  test('one that begins anew keeps its sockets, and hears no more of the conversation before', async () => {
    const [client, other] = [await join(guest), await join(guest)];
    await finish('end');
    for (const socket of [client, other]) await socket.next();
    await client.ask(configureSession(guest, { startNew: true }));
    await org.control('POST', `conversations/${guest.conversationId}/agent-typing`);
    client.send(text(guest, 'hello'));
    for (const socket of [client, other])
      expect(await socket.next()).toMatchObject({ body: { text: 'hello' } });
  });

  test('§1.12: a session that is not there any more is 4007, and its token begins a new one', async () => {
    const client = await join(guest);
    await finish('forget');
    expect(await client.ask(typing(guest))).toEqual(plainError(4007));
    expect(await client.ask(configureSession(guest))).toMatchObject({ body: { newSession: true } });
  });

  test('§2.4: an agent that ends the conversation leaves it read-only, and says so', async () => {
    const client = await join(guest);
    await finish('end');
    expect(await client.next()).toMatchObject({
      class: 'StructuredMessage',
      body: {
        direction: 'Outbound',
        type: 'Event',
        events: [{ eventType: 'Presence', presence: { type: 'Disconnect' } }],
        metadata: { readOnly: 'true' },
      },
    });
    const again = await openSocket(guest);
    expect(await again.ask(configureSession(guest))).toMatchObject({ body: { readOnly: true } });
  });
});
