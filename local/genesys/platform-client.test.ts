import platformClient from 'purecloud-platform-client-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { anything } from '../fixture.ts';
import type { TestOrg } from './fixture.ts';
import { oauthClient, startTestOrg, unknownId } from './fixture.ts';
import { join } from './web-messaging/fixture.ts';

/** Genesys' own client for JavaScript, as it is installed, against this org. */

let org: TestOrg;
const client = platformClient.ApiClient.instance;
beforeAll(async () => {
  org = await startTestOrg();
  // Not what somebody has set in a file at home.
  client.config.setConfigPath('');
  // Its gateway setting takes both hosts, that of the API and that of the login, to another place.
  client.setGateway({ host: '127.0.0.1', protocol: 'http', port: Number(new URL(org.url).port) });
  await client.loginClientCredentialsGrant(oauthClient.clientId, oauthClient.clientSecret);
});
afterAll(() => org.close());

const conversations = new platformClient.ConversationsApi();

describe('purecloud-platform-client-v2', () => {
  test('logs in with client credentials, §4.1, and is told whose its token is, §4.3', async () => {
    const tokens = new platformClient.TokensApi();
    expect((await tokens.getTokensMe()).OAuthClient?.id).toBe(oauthClient.clientId);
    await tokens.headTokensMe();
    expect(client.config.getConfUrl('login', 'https://login.mypurecloud.com')).toBe(org.url);
  });

  test('shows an agent’s typing to the guest, §3.1', async () => {
    const guest = await org.guest();
    const socket = await join(guest);
    await conversations.postConversationsMessageCommunicationTyping(
      guest.conversationId,
      guest.agentCommunicationId,
      { typing: { type: 'On', duration: 4000 } },
    );
    expect(await socket.next()).toMatchObject({
      class: 'StructuredMessage',
      body: {
        direction: 'Outbound',
        events: [{ eventType: 'Typing', typing: { type: 'On', duration: 4000 } }],
      },
    });
    expect((await org.screen(guest)).agentTyping).toBe(true);
  });

  test('shows a guest’s typing to the agent, §3.2', async () => {
    const guest = await org.openGuest();
    const from = { id: guest.openUserId, idType: 'Opaque', nickname: 'Guest' };
    const message = await conversations.postConversationsMessageInboundOpenEvent(guest.integrationId, {
      channel: { from, time: new Date().toISOString() },
      events: [{ eventType: 'Typing' }],
    });
    expect(message.channel.from).toEqual(from);
    expect(message.events).toMatchObject([{ eventType: 'Typing' }]);
    expect((await org.screen(guest)).guestTyping).toBe(true);
  });

  test('finds the agent’s communication in the conversation, §7, and the settings for typing, §3.2 and §2.5', async () => {
    const guest = await org.openGuest({ outbound: 'Disabled' });
    const { participants } = await conversations.getConversation(guest.conversationId);
    const agent = participants.find(({ purpose }) => purpose === 'agent');
    expect(agent?.messages?.map(({ id, state, type }) => ({ id, state, type }))).toEqual([
      { id: guest.agentCommunicationId, state: 'connected', type: 'open' },
    ]);

    const { messagingSetting } = await conversations.getConversationsMessagingIntegrationsOpenIntegrationId(
      guest.integrationId,
    );
    const { event } = await conversations.getConversationsMessagingSetting(messagingSetting?.id ?? '');
    expect(event?.typing?.on).toEqual({ inbound: 'Enabled', outbound: 'Disabled' });

    const { configurationVersion, deployment } =
      await new platformClient.WebDeploymentsApi().getWebdeploymentsDeploymentConfigurations(
        guest.deploymentId,
      );
    expect(deployment?.status).toBe('Active');
    expect(configurationVersion?.messenger?.apps?.conversations?.showUserTypingIndicator).toBe(true);
  });

  test('is refused with the error body that it knows, §5.1', async () => {
    const typing = conversations.postConversationsMessageCommunicationTyping(unknownId, unknownId, {
      typing: { type: 'On' },
    });
    await expect(typing).rejects.toMatchObject({
      status: 404,
      code: 'conversation.error.conversation.not.found',
      contextId: anything(String),
    });
  });
});
