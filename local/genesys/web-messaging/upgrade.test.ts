import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod/mini';

import type { TestOrg } from '../fixture.ts';
import { refusal, startTestOrg, unknownId } from '../fixture.ts';
import { configureSession, openSocket } from './fixture.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await startTestOrg();
});
afterAll(() => org.close());

test('§1.1: the socket opens with a deploymentId alone, or with the label of an application', async () => {
  const guest = await org.guest();
  const { socket } = await openSocket(guest);
  const labelled = { webMessagingUrl: `${guest.webMessagingUrl}&application=TransportSDK-2.14.0` };
  const other = await openSocket(labelled, { Origin: 'webmessaging.mypurecloud.com' });
  expect([socket.readyState, other.socket.readyState]).toEqual([socket.OPEN, socket.OPEN]);

  const { messages } = await org.messages({ count: 2 });
  expect(messages.map(({ via, path, status }) => ({ via, path, status }))).toEqual([
    { via: 'upgrade', path: '/v1', status: 101 },
    { via: 'upgrade', path: '/v1', status: 101 },
  ]);
  expect(messages[1]?.body).toEqual({
    deploymentId: guest.deploymentId,
    application: 'TransportSDK-2.14.0',
    origin: 'webmessaging.mypurecloud.com',
  });
});

test('§1.11: an unknown deployment, none, and one that is not active are refused with 403', async () => {
  const { webMessagingUrl, deploymentId } = await org.guest();
  const inactive = await org.guestOfDeployment({ status: 'Inactive' });
  expect(await refusal(webMessagingUrl.replace(deploymentId, unknownId))).toBe(403);
  expect(await refusal(webMessagingUrl.replace(deploymentId, ''))).toBe(403);
  expect(await refusal(webMessagingUrl.replace(/\?.*/, ''))).toBe(403);
  expect(await refusal(inactive.webMessagingUrl)).toBe(403);
});

test('§1.3: a deployment that restricts its domains takes these as origin, by name or as a URL, and no other', async () => {
  const { webMessagingUrl } = await org.guestOfDeployment({
    allowAllDomains: false,
    allowedDomains: ['shop.example'],
  });
  for (const Origin of [
    'https://shop.example',
    'https://shop.example:8443',
    'shop.example',
    'SHOP.example',
  ]) {
    const { socket } = await openSocket({ webMessagingUrl }, { Origin });
    expect(socket.readyState).toBe(socket.OPEN);
  }
  for (const Origin of [
    'https://other.example',
    'https://shop.example.evil.example',
    'xshop.example',
    'null',
  ]) {
    expect(await refusal(webMessagingUrl, { Origin })).toBe(403);
  }
});

test('§1.3: a missing origin is refused there unless that is set, and never on an unrestricted deployment', async () => {
  const guest = await org.guestOfDeployment({ allowAllDomains: false, allowedDomains: ['shop.example'] });
  expect(await refusal(guest.webMessagingUrl)).toBe(403);
  await org.control('PUT', 'behaviour', { missingOrigin: 'accepted' });
  const { socket } = await openSocket(guest);
  expect(socket.readyState).toBe(socket.OPEN);
  await org.control('PUT', 'behaviour', { missingOrigin: 'refused' });

  await org.control('PUT', `deployments/${guest.deploymentId}`, { allowAllDomains: true });
  const free = await openSocket(guest);
  expect(free.socket.readyState).toBe(socket.OPEN);
});

test('a socket counts for its conversation once it is configured', async () => {
  const guest = await org.guest();
  const counted = `sockets?conversationId=${guest.conversationId}`;
  const client = await openSocket(guest);
  expect(await org.control('GET', counted)).toEqual({ open: 0, opened: 0 });
  await client.ask(configureSession(guest));
  expect(await org.control('GET', counted)).toEqual({ open: 1, opened: 1 });
  const all = z.object({ opened: z.number() });
  const before = all.parse(await org.control('GET', 'sockets')).opened;
  await client.ask(configureSession(guest));
  expect(await org.control('GET', counted)).toEqual({ open: 1, opened: 1 });
  expect(all.parse(await org.control('GET', 'sockets')).opened).toBe(before);
});
