import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';

import { anything } from '../../fixture.ts';
import type { TestOrg } from '../fixture.ts';
import { oauthClient, orgErrorOf, startTestOrg, unknownId } from '../fixture.ts';

const integrationSchema = z.object({ messagingSetting: z.object({ selfUri: z.string() }) });

/** What a client, or whoever checks an org's settings, looks up. */

let org: TestOrg;
let token: string;
beforeAll(async () => {
  org = await startTestOrg();
  token = await org.token();
});
afterAll(() => org.close());

describe('a deployment, §2.5', () => {
  const flags = { showAgentTypingIndicator: false, showUserTypingIndicator: true };

  test('its configuration is on the CDN without a token: status, flags and endpoints', async () => {
    const { deploymentId } = await org.guestOfDeployment({ ...flags, status: 'Inactive' });
    const path = `/webdeployments/v1/deployments/${deploymentId}/config.json`;
    expect(await org.call('GET', path)).toMatchObject({
      status: 200,
      body: {
        id: deploymentId,
        status: 'Inactive',
        apiEndpoint: org.url,
        messenger: {
          apps: { conversations: { ...flags, messagingEndpoint: org.url.replace('http', 'ws') } },
        },
      },
    });
    expect((await org.call('GET', path.replace(deploymentId, unknownId))).status).toBe(404);
  });

  test('the API tells the same to any token, whatever it may do', async () => {
    const { deploymentId } = await org.guestOfDeployment({
      ...flags,
      allowAllDomains: false,
      allowedDomains: ['a.b'],
    });
    const path = `/api/v2/webdeployments/deployments/${deploymentId}/configurations`;
    const any = await org.token(await org.client([]));
    expect(await org.call('GET', path, { token: any })).toMatchObject({
      status: 200,
      body: {
        configurationVersion: { messenger: { apps: { conversations: flags } } },
        deployment: { id: deploymentId, status: 'Active', allowAllDomains: false, allowedDomains: ['a.b'] },
      },
    });
    expect((await org.call('GET', path)).status).toBe(401);
    expect((await org.call('GET', path, { token: org.demo.guestToken })).status).toBe(403);
    const unknown = path.replace(deploymentId, unknownId);
    expect((await org.call('GET', unknown, { token: any })).status).toBe(404);
  });
});

describe('an open messaging integration, §3.2', () => {
  test('leads to its messaging setting, which tells whether typing is on, each way', async () => {
    const webhookUrl = 'http://127.0.0.1:1/webhook';
    const guest = await org.openGuest({ inbound: 'Disabled', webhookUrl, secret: 'a-secret' });
    const path = `/api/v2/conversations/messaging/integrations/open/${guest.integrationId}`;
    const reply = await org.call('GET', path, { token });
    expect(reply).toMatchObject({
      status: 200,
      body: {
        id: guest.integrationId,
        messagingSetting: { id: anything(String) },
        outboundNotificationWebhookUrl: webhookUrl,
      },
    });
    expect(JSON.stringify(reply.body)).not.toContain('a-secret');
    const { messagingSetting } = integrationSchema.parse(reply.body);
    expect(await org.call('GET', messagingSetting.selfUri, { token })).toMatchObject({
      status: 200,
      body: { event: { typing: { on: { inbound: 'Disabled', outbound: 'Enabled' } } } },
    });
  });

  test.each([
    [`/api/v2/conversations/messaging/integrations/open/${unknownId}`, 'messaging:integration:view'],
    [`/api/v2/conversations/messaging/settings/${unknownId}`, 'messaging:setting:view'],
  ])('%s is 404, and asks for %s', async (path, permission) => {
    expect(orgErrorOf(await org.call('GET', path, { token }))).toMatchObject({
      status: 404,
      code: 'not.found',
    });
    const by = await org.token(await org.client([]));
    const refused = orgErrorOf(await org.call('GET', path, { token: by }));
    expect(refused).toMatchObject({ status: 403, code: 'missing.permissions' });
    expect(refused.messageParams.permissions).toBe(permission);
  });
});

describe('a conversation, §7', () => {
  test('tells of each participant its communication, with state, type and direction', async () => {
    const guest = await org.guest();
    const reply = await org.call('GET', `/api/v2/conversations/${guest.conversationId}`, { token });
    const communication = (id: string): object => ({
      id,
      state: 'connected',
      type: 'webmessaging',
      direction: 'inbound',
      connectedTime: anything(String),
    });
    const participant = { startTime: anything(String), connectedTime: anything(String) };
    expect(reply.body).toEqual({
      id: guest.conversationId,
      selfUri: `/api/v2/conversations/${guest.conversationId}`,
      participants: [
        {
          ...participant,
          id: guest.participantId,
          purpose: 'customer',
          messages: [communication(guest.customerCommunicationId)],
        },
        {
          ...participant,
          id: guest.agentParticipantId,
          purpose: 'agent',
          messages: [communication(guest.agentCommunicationId)],
        },
      ],
    });
  });

  test('keeps an agent that transferred it as disconnected, and lists the new one after it', async () => {
    const guest = await org.guest();
    await org.control('POST', `conversations/${guest.conversationId}/transfer`);
    const reply = await org.call('GET', `/api/v2/conversations/${guest.conversationId}`, { token });
    const ended = { state: 'disconnected', disconnectedTime: anything(String) };
    expect(reply.body).toMatchObject({
      participants: [
        { purpose: 'customer' },
        { id: guest.agentParticipantId, endTime: anything(String), messages: [ended] },
        { purpose: 'agent', messages: [{ state: 'connected' }] },
      ],
    });
    const after = await org.control('GET', 'guests');
    expect(JSON.stringify(after)).not.toContain(guest.agentCommunicationId);
  });

  test('of a session that ended is disconnected on both sides', async () => {
    const guest = await org.guest();
    await org.control('POST', 'sessions', { conversationId: guest.conversationId, how: 'end' });
    const reply = await org.call('GET', `/api/v2/conversations/${guest.conversationId}`, { token });
    const ended = { messages: [{ state: 'disconnected' }] };
    expect(reply.body).toMatchObject({ participants: [ended, ended] });
  });
});

describe('a token, §4.3', () => {
  test('tells its client and org, and neither an expiry nor a user', async () => {
    const { status, body } = await org.call('GET', '/api/v2/tokens/me', { token });
    const organization = { id: anything(String), name: anything(String) };
    expect(status).toBe(200);
    expect(body).toMatchObject({
      organization,
      homeOrganization: organization,
      OAuthClient: { id: oauthClient.clientId, authorizedGrantType: 'CLIENT-CREDENTIALS', organization },
    });
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(body))).toEqual([
      'organization',
      'homeOrganization',
      'OAuthClient',
    ]);
  });

  test('HEAD only says whether it is valid', async () => {
    expect(await org.call('HEAD', '/api/v2/tokens/me', { token })).toMatchObject({ status: 200, body: '' });
    expect(await org.call('HEAD', '/api/v2/tokens/me', { token: 'made-up' })).toMatchObject({
      status: 401,
      body: '',
    });
  });
});
