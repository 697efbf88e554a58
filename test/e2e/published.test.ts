import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import {
  agentCommunication,
  arrived,
  arrivedFromAll,
  bubble,
  connectFor,
  control,
  type Guest,
  newGuest,
  openMessaging,
  setFaults,
  typing,
  webMessaging,
} from './world.ts';
import { join } from '../../local/genesys/web-messaging/fixture.ts';

const openGuest = (): Promise<Guest> => newGuest({ channel: 'open' });
const agentTypes = ({ conversationId }: Guest): Promise<unknown> =>
  control('POST', `conversations/${conversationId}/agent-typing`);
const endSession = ({ conversationId }: Guest, how: string): Promise<unknown> =>
  control('POST', 'sessions', { conversationId, how });

/** What the org was sent of typing for a guest; not the log-ins, the upgrades and the frames that configure a session. */
const typings = async (guest: Guest): Promise<number> =>
  (await arrived(guest)).filter(({ body }) => JSON.stringify(body).includes('"Typing"')).length;

describe.each([
  ['web-messaging', webMessaging, () => newGuest()],
  ['open-messaging', openMessaging, openGuest],
])('a guest over %s', (_, upstream, newOne) => {
  it('is shown typing to the agent, and costs one call until that grows old', async () => {
    const guest = await newOne();
    const client = await connectFor(upstream(guest));
    expect(await client.ask(typing(true, '1'))).toMatchObject({ type: 'ack', outcome: 'forwarded' });
    expect(await bubble(guest)).toBe(true);
    expect(await client.ask(typing(true, '2'))).toMatchObject({ outcome: 'coalesced' });
    expect(await typings(guest)).toBe(1);
  });

  it('who stops is not told upstream, which knows no off', async () => {
    const guest = await newOne();
    const client = await connectFor(upstream(guest));
    await client.ask(typing(true, '1'));
    const before = (await arrived(guest)).length;
    expect(await client.ask(typing(false, '2'))).toMatchObject({ outcome: 'ignored' });
    expect(await arrived(guest)).toHaveLength(before);
  });
});

describe('web messaging', () => {
  it('has its socket closed again when the message is handled: the guest has three', async () => {
    const guest = await newGuest();
    const own = await join(guest);
    const client = await connectFor(webMessaging(guest));
    await client.ask(typing(true, '1'));
    const sockets = z
      .object({ open: z.number(), opened: z.number() })
      .parse(await control('GET', `sockets?conversationId=${guest.conversationId}`));
    expect(sockets).toEqual({ open: 1, opened: 2 });
    own.socket.close();
  });

  it.each([
    ['session_read_only', (guest: Guest) => endSession(guest, 'end')],
    ['session_not_found', (guest: Guest) => endSession(guest, 'forget')],
  ])('that is over is told as %s, and is silent from then on', async (reason, happen) => {
    const guest = await newGuest();
    const client = await connectFor(webMessaging(guest));
    await happen(guest);
    expect(await client.ask(typing(true, '1'))).toMatchObject({ error: { code: 'session_ended', reason } });
    const before = (await arrivedFromAll()).filter(({ via }) => via === 'upgrade').length;
    expect(await client.ask(typing(true, '2'))).toMatchObject({ error: { code: 'session_ended' } });
    expect((await arrivedFromAll()).filter(({ via }) => via === 'upgrade')).toHaveLength(before);
  });

  it('that does not show typing says which setting to change', async () => {
    const { deploymentId } = z
      .object({ deploymentId: z.string() })
      .parse(await control('POST', 'deployments', { showUserTypingIndicator: false }));
    const client = await connectFor(webMessaging(await newGuest({ deploymentId })));
    const answer = await client.ask(typing(true, '1'));
    expect(answer).toMatchObject({ error: { code: 'upstream_rejected', reason: 'feature_disabled' } });
    expect(answer.type === 'error' && answer.error.message).toContain('showUserTypingIndicator');
  });

  it.each([
    ['is not there', { deploymentId: 'd0000000-0000-4000-8000-00000000dead' }],
    ['takes other domains', undefined],
  ])('by a deployment that %s says where to look', async (_, wrong) => {
    const { deploymentId } =
      wrong ??
      z.object({ deploymentId: z.string() }).parse(
        await control('POST', 'deployments', {
          allowAllDomains: false,
          allowedDomains: ['chat.example.com'],
        }),
      );
    const guest = await newGuest(wrong ? {} : { deploymentId });
    const client = await connectFor({ ...webMessaging(guest), deploymentId });
    expect(await client.ask(typing(true, '1'))).toMatchObject({
      error: { code: 'upstream_rejected', reason: 'deployment_refused' },
    });
  });

  it('that gets too many messages is left alone until its time is over', async () => {
    const guest = await newGuest();
    await setFaults(guest, {
      on: 'web-messaging-frame',
      action: 'onMessage',
      status: 429,
      retryAfter: 30,
      times: 1,
    });
    const client = await connectFor(webMessaging(guest));
    expect(await client.ask(typing(true, '1'))).toMatchObject({
      error: { code: 'upstream_rate_limited', retryAfterMs: 30_000 },
    });
    expect(await client.ask(typing(true, '2'))).toMatchObject({ outcome: 'coalesced' });
  });
});

describe('open messaging', () => {
  it("brings the agent's typing to every connection of the guest, and to no other", async () => {
    const [guest, other] = [await openGuest(), await openGuest()];
    const tabs = [await connectFor(openMessaging(guest)), await connectFor(openMessaging(guest))];
    const stranger = await connectFor(openMessaging(other));
    await agentTypes(guest);
    for (const tab of tabs) {
      const frame = await tab.next();
      expect(frame).toMatchObject({ type: 'typing', data: { isTyping: true } });
      const ms = frame.type === 'typing' ? frame.data.expiresInMs : undefined;
      expect(ms).toBeGreaterThan(0);
      expect(ms).toBeLessThanOrEqual(5_000);
    }
    expect(await stranger.ask({ type: 'ping' })).toEqual({ type: 'pong' });
  });

  it('is told that all is well with what it sends besides', async () => {
    const guest = await openGuest();
    const client = await connectFor(openMessaging(guest));
    await control('POST', `conversations/${guest.conversationId}/agent-message`, { text: 'hello' });
    const path = `deliveries?conversationId=${guest.conversationId}&count=1&waitMs=10000`;
    const { deliveries } = z
      .object({ deliveries: z.array(z.object({ status: z.number() })) })
      .parse(await control('GET', path));
    expect(deliveries.map(({ status }) => status)).toEqual([200]);
    expect(await client.ask({ type: 'ping' })).toEqual({ type: 'pong' });
  });

  it('forgets a tab that left', async () => {
    const guest = await openGuest();
    const [left, stays] = [await connectFor(openMessaging(guest)), await connectFor(openMessaging(guest))];
    left.socket.terminate();
    await agentTypes(guest);
    expect(await stays.next()).toMatchObject({ type: 'typing' });
  });

  it('without the permission is told which', async () => {
    const guest = await openGuest();
    await setFaults(guest, { on: 'open-event', status: 403, times: 1 });
    const client = await connectFor(openMessaging(guest));
    const answer = await client.ask(typing(true, '1'));
    expect(answer).toMatchObject({ error: { reason: 'missing_permission' } });
    expect(answer.type === 'error' && answer.error.message).toContain('conversation:message:receive');
  });
});

describe('an agent over agent-communication', () => {
  it('is shown typing to the guest', async () => {
    const guest = await newGuest();
    const own = await join(guest);
    const client = await connectFor(agentCommunication(guest));
    expect(await client.ask(typing(true, '1'))).toMatchObject({ outcome: 'forwarded' });
    expect(await own.next()).toMatchObject({
      class: 'StructuredMessage',
      body: { direction: 'Outbound', events: [{ eventType: 'Typing', typing: { type: 'On' } }] },
    });
    own.socket.close();
  });

  it.each([
    ['of nobody', 'b0000000-0000-4000-8000-00000000dead', 'communication_mismatch'],
    ['of the guest', undefined, 'communication_mismatch'],
  ])('with the communication %s is told so before anything is sent', async (_, wrong, reason) => {
    const guest = await newGuest();
    const communicationId = wrong ?? guest.customerCommunicationId;
    const client = await connectFor({ ...agentCommunication(guest), communicationId });
    expect(await client.ask(typing(true, '1'))).toMatchObject({
      error: { code: 'upstream_rejected', reason },
    });
    expect((await arrived(guest)).filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('whose conversation was transferred is told that it is over', async () => {
    const guest = await newGuest();
    const client = await connectFor(agentCommunication(guest));
    await control('POST', `conversations/${guest.conversationId}/transfer`);
    expect(await client.ask(typing(true, '1'))).toMatchObject({
      error: { code: 'session_ended', reason: 'communication_ended' },
    });
  });
});

describe('the service account', () => {
  it('logs in once for all environments when its token is no longer taken', async () => {
    const guests = await Promise.all(Array.from({ length: 8 }, openGuest));
    const clients = await Promise.all(guests.map((guest) => connectFor(openMessaging(guest))));
    await control('POST', 'tokens/revoke');
    const logins = async (): Promise<number> =>
      (await arrivedFromAll()).filter(({ via }) => via === 'login').length;
    const before = await logins();
    const answers = await Promise.all(clients.map((client) => client.ask(typing(true, '1'))));
    for (const answer of answers) expect(answer).toMatchObject({ outcome: 'forwarded' });
    await vi.waitUntil(async () => (await logins()) > before, { timeout: 10_000 });
    expect((await logins()) - before).toBe(1);
  });
});
