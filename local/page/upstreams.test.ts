import { expect, it } from 'vitest';
import { openSession } from '../../functions/upstreams/index.ts';
import { UPSTREAMS } from './app/upstreams.ts';

/** What the ticket of any of them names. */
const fields = {
  deploymentId: 'd0000000-0000-4000-8000-000000000001',
  token: 'f0000000-0000-4000-8000-000000000001',
  integrationId: 'e0000000-0000-4000-8000-000000000001',
  userId: 'visitor',
  conversationId: 'c0000000-0000-4000-8000-000000000001',
  communicationId: 'b0000000-0000-4000-8000-000000000001',
  participantId: 'a0000000-0000-4000-8000-000000000001',
  userToken: 'token',
  socketUrl: 'wss://webmessaging.mypurecloud.com/v1?session=1',
};

it.each(Object.entries(UPSTREAMS))(
  '%s: the off is spared exactly where the relay knows none',
  (kind, { lapses }) => {
    const { timing } = openSession({ kind, ...fields }, () => true);
    expect(lapses).toBe(timing === 'expiring');
  },
);
