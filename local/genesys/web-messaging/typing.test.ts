import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { anything } from '../../fixture.ts';
import type { TestOrg } from '../fixture.ts';
import { startTestOrg } from '../fixture.ts';
import type { GuestRecord } from '../guest-record.ts';
import type { GuestClient } from './fixture.ts';
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

let org: TestOrg;
let guest: GuestRecord;
beforeAll(async () => {
  org = await startTestOrg();
});
beforeEach(async () => {
  // As many as a test likes: the limit has its own test.
  await org.control('PUT', 'behaviour', { ...usual, onMessagePerSecond: 1000 });
  guest = await org.guest();
});
afterAll(() => org.close());

const usual = {
  displayMs: 5000,
  inReadOnly: 'silent',
  echoesTyping: false,
  typingBeginsConversation: false,
  agentTypingWhenHidden: 'sent',
};

/** Nothing has come before the answer to this health check. */
async function expectSilence(client: GuestClient, holder: GuestRecord = guest): Promise<void> {
  expect(await client.ask(echo(holder))).toMatchObject({ tracingId: HEALTH_CHECK });
}

const featureOff = {
  type: 'response',
  class: 'string',
  code: 403,
  body: 'Turn on the Feature Toggle or fix the configuration.',
};

describe('the guest types', () => {
  test('§2.1: the bubble shows at the agent, and nothing answers', async () => {
    const client = await join(guest);
    client.send(typing(guest, { tracingId: 'some-tracing-id' }));
    await org.screenWith(guest, { guestTyping: true });
    await expectSilence(client);
    const { messages } = await org.messages({ conversationId: guest.conversationId, count: 2 });
    expect(messages[1]).toMatchObject({
      via: 'socket',
      authorization: 'guest',
      guestId: guest.guestId,
      body: { action: 'onMessage', token: '[redacted]', message: { type: 'Event' } },
    });
  });

  test('§2.2, §2.3: it lapses by itself, for there is no off', async () => {
    await org.control('PUT', 'behaviour', { displayMs: 20 });
    const client = await join(guest);
    client.send(typing(guest));
    await org.screenWith(guest, { guestTyping: true });
    await org.screenWith(guest, { guestTyping: false });
    client.send(typing(guest));
    await org.screenWith(guest, { guestTyping: true });
  });

  test('§2.3: what is no "on" is an error', async () => {
    const client = await join(guest);
    const off = { type: 'Event', events: [{ eventType: 'Typing', typing: { type: 'Off' } }] };
    expect(await client.ask(onMessage(guest, off))).toMatchObject({ class: 'string', code: 400 });
    expect((await org.screen(guest)).guestTyping).toBe(false);
  });

  test('an event of another type shows nothing and is answered with nothing', async () => {
    const client = await join(guest);
    client.send(
      onMessage(guest, { type: 'Event', events: [{ eventType: 'Presence', presence: { type: 'Join' } }] }),
    );
    await expectSilence(client);
    expect((await org.screen(guest)).guestTyping).toBe(false);
  });

  test('a message that is none is 4020', async () => {
    const client = await join(guest);
    for (const message of [{}, { type: 'Text' }, { type: 'Text', text: '' }, { type: 'Event' }]) {
      expect(await client.ask(onMessage(guest, message))).toMatchObject({ code: 4020 });
    }
  });

  test('§2.2: a text ends the bubble and comes back to every socket', async () => {
    const clients = [await join(guest), await join(guest)];
    clients[0]?.send(typing(guest));
    await org.screenWith(guest, { guestTyping: true });
    clients[0]?.send(text(guest, 'hello', { tracingId: 'some-tracing-id' }));
    for (const client of clients) {
      expect(await client.next()).toMatchObject({
        type: 'message',
        class: 'StructuredMessage',
        code: 200,
        tracingId: 'some-tracing-id',
        body: { type: 'Text', text: 'hello', direction: 'Inbound', id: anything(String) },
      });
    }
    expect(await org.screen(guest)).toMatchObject({ guestTyping: false, messages: [{ text: 'hello' }] });
  });

  test('the metadata of a text comes back with it, by which a client knows its own', async () => {
    const client = await join(guest);
    const metadata = { customMessageId: 'mine' };
    expect(await client.ask(onMessage(guest, { type: 'Text', text: 'hello', metadata }))).toMatchObject({
      body: { metadata },
    });
  });

  test('§2.1, §2.5: it is refused where the deployment does not show it, and the socket stays', async () => {
    guest = await org.guestOfDeployment({ showUserTypingIndicator: false });
    const client = await join(guest);
    expect(await client.ask(typing(guest))).toEqual(featureOff);
    expect(await client.ask(typing(guest, { tracingId: 'x' }))).toEqual({ ...featureOff, tracingId: 'x' });
    expect((await org.screen(guest)).guestTyping).toBe(false);
    await org.control('PUT', `deployments/${guest.deploymentId}`, { showUserTypingIndicator: true });
    client.send(typing(guest));
    await org.screenWith(guest, { guestTyping: true });
  });

  test('§1.5: in a read-only session it shows nothing, in silence or with an error as that is set', async () => {
    const client = await join(guest);
    await org.control('POST', 'sessions', { conversationId: guest.conversationId, how: 'end' });
    await client.next();
    client.send(typing(guest));
    await expectSilence(client);
    await org.control('PUT', 'behaviour', { inReadOnly: 'refused' });
    expect(await client.ask(typing(guest))).toMatchObject({ class: 'string', code: 403 });
    expect((await org.screen(guest)).guestTyping).toBe(false);
  });

  test('§9.4: in a new session it shows to nobody, or begins the conversation where that is set', async () => {
    const stranger = { ...guest, guestToken: 'a-token-that-nobody-knows' };
    const client = await openSocket(guest);
    await client.ask(configureSession(stranger));
    client.send(typing(stranger));
    await expectSilence(client, stranger);
    expect(JSON.stringify(await org.control('GET', 'guests'))).not.toContain(stranger.guestToken);
    await org.control('PUT', 'behaviour', { typingBeginsConversation: true });
    client.send(typing(stranger));
    await expectSilence(client, stranger);
    expect(JSON.stringify(await org.control('GET', 'guests'))).toContain(stranger.guestToken);
  });

  test('§9.3: it is echoed as an inbound event where that is set', async () => {
    await org.control('PUT', 'behaviour', { echoesTyping: true });
    const client = await join(guest);
    expect(await client.ask(typing(guest))).toMatchObject({
      class: 'StructuredMessage',
      body: { direction: 'Inbound', type: 'Event', events: [{ eventType: 'Typing' }] },
    });
  });
});

describe('the agent types, §2.4', () => {
  const agentTypes = (body?: object): Promise<unknown> =>
    org.control('POST', `conversations/${guest.conversationId}/agent-typing`, body);
  const frame = (duration: number): object => ({
    type: 'message',
    class: 'StructuredMessage',
    code: 200,
    body: {
      direction: 'Outbound',
      id: anything(String),
      channel: { time: anything(String), messageId: anything(String) },
      type: 'Event',
      metadata: { correlationId: anything(String) },
      events: [{ eventType: 'Typing', typing: { type: 'On', duration } }],
    },
  });

  test('every socket of the session is told, and no other guest', async () => {
    const other = await org.guest();
    const [first, second, theirs] = [await join(guest), await join(guest), await join(other)];
    await agentTypes();
    for (const client of [first, second]) expect(await client.next()).toEqual(frame(5000));
    await expectSilence(theirs, other);
  });

  test('the screen tells it for as long as it shows, and a message ends it', async () => {
    const client = await join(guest);
    await agentTypes({ durationMs: 20 });
    await org.screenWith(guest, { agentTyping: false });
    expect(await client.next()).toEqual(frame(20));
    await agentTypes();
    expect(org.currentScreen(guest.conversationId)).toMatchObject({ agentTyping: true });
    expect((await org.screen(guest)).agentTyping).toBe(true);
    await org.control('POST', `conversations/${guest.conversationId}/agent-message`, { text: 'hi' });
    expect((await org.screen(guest)).agentTyping).toBe(false);
    await client.next();
    expect(await client.next()).toMatchObject({ body: { direction: 'Outbound', type: 'Text', text: 'hi' } });
  });

  test('§2.5: where the deployment does not show it, it is sent or dropped as that is set', async () => {
    guest = await org.guestOfDeployment({ showAgentTypingIndicator: false });
    const client = await join(guest);
    await agentTypes();
    expect(await client.next()).toEqual(frame(5000));
    await org.control('PUT', 'behaviour', { agentTypingWhenHidden: 'dropped' });
    await agentTypes();
    await expectSilence(client);
    await org.control('PUT', `deployments/${guest.deploymentId}`, { showAgentTypingIndicator: true });
    await agentTypes();
    expect(await client.next()).toEqual(frame(5000));
  });
});
