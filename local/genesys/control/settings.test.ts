import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod/mini';

import { anything } from '../../fixture.ts';
import { defaultBehaviour } from '../behaviour.ts';
import type { TestOrg } from '../fixture.ts';
import { startTestOrg, unknownId } from '../fixture.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await startTestOrg();
});
afterAll(() => org.close());

test('a behaviour is changed by name, and what is not named stays', async () => {
  expect(await org.control('GET', 'behaviour')).toEqual(defaultBehaviour);
  const changed = { ...defaultBehaviour, displayMs: 1, typingStatus: 204 };
  expect(await org.control('PUT', 'behaviour', { displayMs: 1, typingStatus: 204 })).toEqual(changed);
  expect(await org.control('GET', 'behaviour')).toEqual(changed);
});

test('a guest has the demo deployment and integration, or those that it is made with', async () => {
  expect(await org.guest()).toMatchObject({
    channel: 'webmessaging',
    deploymentId: org.demo.deploymentId,
    integrationId: org.integration.integrationId,
    webMessagingUrl: `${org.url.replace('http', 'ws')}/v1?deploymentId=${org.demo.deploymentId}`,
  });
  const own = await org.openGuest();
  const named = { channel: 'open', integrationId: own.integrationId, openUserId: 'someone' };
  expect(await org.guest(named)).toMatchObject(named);
});

test('a deployment is made with what is named and the usual rest, and changed', async () => {
  const usual = {
    deploymentId: anything(String),
    status: 'Active',
    allowAllDomains: true,
    allowedDomains: [],
    showAgentTypingIndicator: true,
    showUserTypingIndicator: true,
    sessionDurationSeconds: 86_400,
  };
  const made = await org.control('POST', 'deployments', { showUserTypingIndicator: false });
  expect(made).toEqual({ ...usual, showUserTypingIndicator: false });
  const id = z.object({ deploymentId: z.string() }).parse(made).deploymentId;
  const changed = await org.control('PUT', `deployments/${id}`, { showUserTypingIndicator: true });
  expect(changed).toEqual({ ...usual, deploymentId: id });
  expect(await org.control('GET', 'deployments')).toEqual({
    deployments: [{ ...usual, deploymentId: org.demo.deploymentId }, changed],
  });
});

test('an integration has no webhook at first, and typing on in both directions', async () => {
  const first = {
    integrationId: org.integration.integrationId,
    settingId: anything(String),
    inbound: 'Enabled',
    outbound: 'Enabled',
    webhookUrl: null,
    secret: anything(String),
    retries: 0,
  };
  expect(await org.control('GET', 'integrations')).toHaveProperty('integrations.0', first);
});

test.each<[string, string, unknown, number]>([
  ['PUT', 'behaviour', { displayMS: 1 }, 400],
  ['PUT', 'behaviour', { displayMs: 0 }, 400],
  ['PUT', 'behaviour', undefined, 400],
  ['POST', 'deployments', { status: 'Asleep' }, 400],
  ['PUT', `deployments/${unknownId}`, {}, 404],
  ['POST', 'integrations', { inbound: true }, 400],
  ['PUT', `integrations/${unknownId}`, {}, 404],
  ['POST', 'guests', { channel: 'sms' }, 400],
  ['POST', 'guests', { deploymentId: unknownId }, 404],
  ['POST', 'guests', { integrationId: unknownId }, 404],
  ['POST', 'user-tokens', {}, 400],
  ['POST', `conversations/${unknownId}/agent-typing`, {}, 404],
  ['POST', `conversations/${unknownId}/transfer`, {}, 404],
  ['POST', 'sessions', { conversationId: unknownId, how: 'expire' }, 404],
  ['POST', 'sessions', { conversationId: 'demo', how: 'gently' }, 400],
])('%s %s with %j is %i', async (method, path, body, status) => {
  const reply = await org.call(method, `/control/${path}`, { body });
  expect(reply.status).toBe(status);
  expect(reply.body).toHaveProperty('error');
});

test('receipts are of open messaging, and sessions of web messaging', async () => {
  const open = await org.openGuest();
  const ended = { conversationId: open.conversationId, how: 'expire' };
  const receipt = `/control/conversations/${org.demo.conversationId}/receipt`;
  const statuses = [
    await org.call('POST', '/control/sessions', { body: ended }),
    await org.call('POST', receipt, { body: { status: 'Delivered' } }),
  ];
  expect(statuses.map(({ status }) => status)).toEqual([400, 400]);
});
