import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TestOrg } from '../../local/genesys/fixture.ts';
import { startTestOrg, unknownId } from '../../local/genesys/fixture.ts';
import type { GuestRecord } from '../../local/genesys/guest-record.ts';
import { PERMISSION } from '../../local/genesys/permissions.ts';
import { serve } from '../../test/http-server.ts';
import { serveMessaging } from '../../test/messaging-service.ts';
import { checkConversation } from './conversation.ts';
import { bareWishes, doctorPorts, look, wishesFor } from './fixture.ts';

/** The doctor against the simulated org in each of its states; § are those of the facts. */

let org: TestOrg;
let guest: GuestRecord;
beforeAll(async () => {
  org = await startTestOrg();
  guest = await org.guest();
});
afterEach(() => org.call('DELETE', '/control/faults'));
afterAll(() => org.close());

const ALL = Object.values(PERMISSION);
const without = (...permissions: string[]): string[] => ALL.filter((one) => !permissions.includes(one));

describe('an org where all is well', () => {
  it('would take the published upstreams, and nobody can tell of the claimed ones', async () => {
    const { upstreams, recommended, findings } = await look(wishesFor(org, guest));
    expect(upstreams.map(({ kind, answer }) => [kind, answer])).toEqual([
      ['web-messaging', 'works'],
      ['open-messaging', 'works'],
      ['agent-communication', 'unknown'],
      ['typing-frame', 'unknown'],
      ['participant-state', 'unknown'],
    ]);
    expect(recommended).toEqual({ guests: 'web-messaging', agents: null });
    expect(findings.filter(({ state }) => state !== 'ok').map(({ check }) => check)).toEqual([
      'integration.webhook',
    ]);
  });

  it('says what nobody looked at', async () => {
    const { upstream } = await look(wishesFor(org, guest));
    expect(upstream('web-messaging').notChecked).toContain("whether the guest's token names a live session");
    expect(upstream('open-messaging').notChecked).toContain('conversation:message:receive');
    expect(upstream('participant-state').why).toContain('an org may answer 405');
    expect(upstream('typing-frame').why).toContain('in no published API');
  });

  it('takes an own token of the agent for agent-communication, with no OAuth client', async () => {
    const reply = await org.call('POST', '/control/user-tokens', { body: { scopes: ALL } });
    const userToken = String(Reflect.get(Object(reply.body), 'accessToken'));
    const { upstream, recommended, finding } = await look({
      ...wishesFor(org, guest),
      client: undefined,
      userToken,
    });
    expect(upstream('agent-communication').answer).toBe('works');
    expect(recommended.agents).toBe('agent-communication');
    expect(finding('login')).toBeUndefined();
  });

  it('is told: the org, the grant and the budget of the token', async () => {
    const { finding } = await look(wishesFor(org, guest));
    expect(finding('token')?.facts).toMatchObject({
      organization: 'Simulated org',
      grantType: 'CLIENT-CREDENTIALS',
    });
    expect(finding('budget')).toMatchObject({ state: 'ok', facts: { count: 1, allowed: 300 } });
  });

  it('is changed by nothing: its journal holds only GETs, logins and upgrades', async () => {
    const { last } = await org.messages({ waitMs: 0 });
    await look(wishesFor(org, guest));
    const { messages } = await org.messages({ after: last, waitMs: 0 });
    const ways = new Set(messages.map(({ via, method = '' }) => (via === 'rest' ? `${via} ${method}` : via)));
    expect([...ways].toSorted()).toEqual(['login', 'rest GET', 'upgrade']);
    expect(messages.filter(({ via, status }) => via === 'upgrade' && status === 101)).toHaveLength(2);
    expect(await org.control('GET', 'sockets')).toMatchObject({ open: 0 });
  });
});

describe('with nothing given', () => {
  it('looks at the hosts, and names the flags that each upstream takes', async () => {
    const { findings, upstream } = await look(bareWishes(org.url));
    expect(findings.map(({ check, state }) => [check, state])).toEqual(
      ['host.api', 'host.login', 'host.webmessaging', 'host.api-cdn'].map((check) => [check, 'ok']),
    );
    expect(upstream('web-messaging').why).toBe('Not looked at: give --deployment.');
    expect(upstream('participant-state').why).toMatch(/OAuth client.*--conversation; --participant/);
  });
});

describe('the OAuth client', () => {
  it('that is refused stops what needs it, in the words of the relay, and nothing else', async () => {
    const client = { clientId: 'relay', clientSecret: 'a wrong one' };
    const { finding, upstream } = await look({ ...wishesFor(org, guest), client });
    expect(finding('login')).toMatchObject({ state: 'bad', reason: 'bad_credentials' });
    expect(upstream('open-messaging')).toMatchObject({ answer: 'fails', check: 'login' });
    expect(upstream('open-messaging').why).toContain('has the grant type Client Credentials');
    expect(upstream('web-messaging').answer).toBe('works');
  });

  it('that logs in too often is not told that it is wrong', async () => {
    await org.faults([{ on: 'login', status: 429 }]);
    const { finding, upstream } = await look(wishesFor(org, guest));
    expect(finding('login')?.state).toBe('unknown');
    expect(finding('login')?.says).toContain('Try again in');
    expect(upstream('open-messaging').answer).toBe('unknown');
  });

  it('whose token has expired is told so, after one renewal', async () => {
    const made = await org.client(ALL);
    await org.control('PUT', `clients/${made.clientId}`, { expiresIn: 0 });
    const { finding, upstream } = await look({ ...wishesFor(org, guest), client: made });
    expect(finding('login')).toMatchObject({ state: 'ok' });
    expect(finding('token')).toMatchObject({ state: 'bad', reason: 'bad_credentials' });
    expect(upstream('open-messaging')).toMatchObject({ answer: 'fails', check: 'token' });
  });

  it('with few requests left is noted', async () => {
    const made = await org.client(ALL);
    await org.control('PUT', `clients/${made.clientId}`, { requestsPerMinute: 1 });
    const { finding } = await look({ ...wishesFor(org, guest), client: made });
    expect(finding('budget')).toMatchObject({ state: 'note', facts: { count: 1, allowed: 1 } });
  });

  it.each([
    [PERMISSION.viewConversation, 'conversation', 'participant-state'],
    [PERMISSION.viewIntegration, 'integration', 'open-messaging'],
    [PERMISSION.viewSetting, 'integration.inbound', 'open-messaging'],
  ] as const)('without %s is told its name, with a correlation id', async (permission, check, kind) => {
    const client = await org.client(without(permission));
    const { upstream } = await look({ ...wishesFor(org, guest), client });
    expect(upstream(kind)).toMatchObject({ answer: 'fails', check, reason: 'missing_permission' });
    expect(upstream(kind).why).toContain(permission);
    expect(upstream(kind).correlationId).toMatch(/^[\w-]{36}$/);
  });
});

describe('a deployment', () => {
  it('that the region does not know', async () => {
    const { finding, upstream } = await look({ ...wishesFor(org, guest), deploymentId: unknownId });
    expect(upstream('web-messaging')).toMatchObject({ answer: 'fails', reason: 'deployment_refused' });
    expect(upstream('web-messaging').why).toContain('knows no deployment');
    expect(finding('deployment.socket')).toMatchObject({ state: 'bad', facts: { status: 403 } });
  });

  it('that is inactive', async () => {
    const its = await org.guestOfDeployment({ status: 'Inactive' });
    const { upstream } = await look(wishesFor(org, its));
    expect(upstream('web-messaging')).toMatchObject({ answer: 'fails', check: 'deployment' });
    expect(upstream('web-messaging').why).toContain('inactive');
  });

  it('that does not take the Origin, and then the one that it takes', async () => {
    const its = await org.guestOfDeployment({ allowAllDomains: false, allowedDomains: ['chat.example.com'] });
    const foreign = await look(wishesFor(org, its));
    expect(foreign.upstream('web-messaging')).toMatchObject({ answer: 'fails', check: 'deployment.domains' });
    expect(foreign.upstream('web-messaging').why).toMatch(/Only chat\.example\.com.*127\.0\.0\.1.*--origin/);
    const own = await look({ ...wishesFor(org, its), origin: 'https://chat.example.com' });
    expect(own.upstream('web-messaging').answer).toBe('works');
  });

  it('that does not take the Origin, when nobody may ask for its domains', async () => {
    const its = await org.guestOfDeployment({ allowAllDomains: false, allowedDomains: ['chat.example.com'] });
    const { upstream } = await look({ ...wishesFor(org, its), client: undefined });
    expect(upstream('web-messaging')).toMatchObject({ answer: 'fails', check: 'deployment.socket' });
    expect(upstream('web-messaging').why).toContain('--origin');
  });

  it('that does not show the typing of guests, in the words of the relay, or that of agents', async () => {
    const its = await org.guestOfDeployment({
      showUserTypingIndicator: false,
      showAgentTypingIndicator: false,
    });
    const { finding, upstream } = await look(wishesFor(org, its));
    expect(upstream('web-messaging')).toMatchObject({ answer: 'fails', reason: 'feature_disabled' });
    expect(upstream('web-messaging').why).toContain('Turn on the typing indicator for users');
    expect(finding('deployment.agent-typing')).toMatchObject({ state: 'note' });
  });

  it('whose socket is opened gets no frame, and is closed as clients close theirs', async () => {
    const service = await serveMessaging();
    const origin = new URL(service.url.replace('ws', 'http')).origin;
    const { finding } = await look({ ...bareWishes(origin), deploymentId: 'd' });
    expect(finding('deployment.socket')).toMatchObject({ state: 'ok' });
    expect(await service.closeCode(0)).toBe(1000);
    expect(service.actions()).toEqual([]);
    expect(service.requests.at(0)?.headers.origin).toBe('127.0.0.1');
  });

  it('that guests log in to is noted, and indicators that are absent are off', async () => {
    const { url } = await serve(({ path }) => ({
      status: path.startsWith('/webdeployments') ? 200 : 404,
      body: JSON.stringify({
        status: 'Active',
        auth: { enabled: true },
        messenger: { apps: { conversations: {} } },
      }),
    }));
    const { finding } = await look({ ...bareWishes(url), deploymentId: 'd' });
    expect(finding('deployment.auth')).toMatchObject({ state: 'note' });
    expect(finding('deployment.user-typing')).toMatchObject({ state: 'bad' });
  });
});

describe('an integration of open messaging', () => {
  it('that is unknown', async () => {
    const { upstream } = await look({ ...wishesFor(org, guest), integrationId: unknownId });
    expect(upstream('open-messaging')).toMatchObject({ answer: 'fails', check: 'integration' });
  });

  it.each([
    ['Disabled', 'Enabled', 'fails', 'ok'],
    ['Enabled', 'Disabled', 'works', 'note'],
    ['Disabled', 'Disabled', 'fails', 'note'],
  ])('with typing inbound %s and outbound %s', async (inbound, outbound, answer, state) => {
    const its = await org.openGuest({ inbound, outbound });
    const { finding, upstream } = await look(wishesFor(org, its));
    expect(upstream('open-messaging').answer).toBe(answer);
    expect(finding('integration.inbound')).toMatchObject({ facts: { inbound } });
    expect(finding('integration.outbound')).toMatchObject({ state, facts: { outbound } });
  });

  it('with a webhook is told its host alone', async () => {
    const its = await org.openGuest({ webhookUrl: 'http://127.0.0.1:1/hook?key=hush-hush' });
    const { finding, findings } = await look(wishesFor(org, its));
    expect(finding('integration.webhook')).toMatchObject({ state: 'ok', facts: { host: '127.0.0.1:1' } });
    expect(JSON.stringify(findings)).not.toContain('hush-hush');
  });
});

describe('a conversation', () => {
  it('is told with its participants and their communications', async () => {
    const { finding } = await look(wishesFor(org, guest));
    const states = { state: 'connected', type: 'webmessaging' };
    expect(finding('conversation')?.facts?.['participants']).toEqual([
      {
        purpose: 'customer',
        ...states,
        participantId: guest.participantId,
        communicationId: guest.customerCommunicationId,
      },
      {
        purpose: 'agent',
        ...states,
        participantId: guest.agentParticipantId,
        communicationId: guest.agentCommunicationId,
      },
    ]);
  });

  it('that is unknown', async () => {
    const { upstream } = await look({ ...wishesFor(org, guest), conversationId: unknownId });
    for (const kind of ['agent-communication', 'participant-state'])
      expect(upstream(kind)).toMatchObject({ answer: 'fails', reason: 'conversation_not_found' });
  });

  it.each([
    ['of another conversation', (): string => org.demo.participantId, 'does not belong to this conversation'],
    ['that is the agent', (): string => guest.agentParticipantId, 'purpose customer'],
  ])('with a participant %s', async (_, participantId, words) => {
    const { upstream } = await look({ ...wishesFor(org, guest), participantId: participantId() });
    expect(upstream('participant-state')).toMatchObject({ answer: 'fails', reason: 'participant_mismatch' });
    expect(upstream('participant-state').why).toContain(words);
  });

  it.each([
    ['of nobody', (): string => unknownId, 'Take messages[].id'],
    ['of the guest', (): string => guest.customerCommunicationId, "This communication is the guest's own"],
  ])('with a communication %s', async (_, communicationId, words) => {
    const { upstream } = await look({ ...wishesFor(org, guest), communicationId: communicationId() });
    expect(upstream('agent-communication')).toMatchObject({
      answer: 'fails',
      reason: 'communication_mismatch',
    });
    expect(upstream('agent-communication').why).toContain(words);
  });

  it('that was transferred, with the communication of the agent who had it', async () => {
    const its = await org.guest();
    await org.control('POST', `conversations/${its.conversationId}/transfer`);
    const { upstream } = await look(wishesFor(org, its));
    expect(upstream('agent-communication')).toMatchObject({ answer: 'fails', reason: 'communication_ended' });
  });

  it('that the agent has not answered yet', async () => {
    const message = { id: 'k', state: 'alerting', type: 'open' };
    const answer = { participants: [{ id: 'p', purpose: 'agent', messages: [message] }] };
    const api = { call: () => Promise.resolve(answer) };
    const wishes = { ...bareWishes(org.url), communicationId: 'k' };
    const found = await checkConversation('c', wishes, api, doctorPorts());
    expect(found.at(-1)).toMatchObject({ check: 'conversation.communication', state: 'bad' });
    expect(found.at(-1)?.says).toContain('the agent has not answered');
  });
});

describe("the thread's socket", () => {
  it('with a wrong token is refused', async () => {
    const socketUrl = guest.socketUrl.replace(/token=.*/, 'token=not-the-one');
    const { upstream } = await look({ ...wishesFor(org, guest), socketUrl });
    expect(upstream('typing-frame')).toMatchObject({ answer: 'fails', reason: 'bad_credentials' });
  });

  it('of a host that the relay would not call without a setting is noted', async () => {
    const other = await startTestOrg();
    const { finding } = await look({ ...wishesFor(org, guest), socketUrl: other.demo.socketUrl });
    await other.close();
    expect(finding('socket.host')).toMatchObject({ state: 'note' });
    expect(finding('socket')).toMatchObject({ state: 'ok' });
  });

  it.each([
    [404, 'fails'],
    [503, 'unknown'],
  ])('that answers %i', async (status, answer) => {
    await org.faults([{ on: 'upgrade', status }]);
    const { upstream } = await look(wishesFor(org, guest));
    expect(upstream('typing-frame').answer).toBe(answer);
  });
});

describe('an org that is down', () => {
  it('is told once for each host, and leaves every upstream open', async () => {
    const gone = await startTestOrg();
    await gone.close();
    const { findings, upstreams, finding } = await look({
      ...wishesFor(gone, gone.demo),
      socketUrl: undefined,
    });
    expect(findings.map(({ check }) => check)).toEqual([
      'host.api',
      'host.login',
      'host.webmessaging',
      'host.api-cdn',
    ]);
    expect(finding('host.api')).toMatchObject({
      state: 'bad',
      facts: { failedAt: 'connection', code: 'ECONNREFUSED' },
    });
    expect(new Set(upstreams.map(({ answer }) => answer))).toEqual(new Set(['unknown']));
  });

  it('that takes connections and never answers ends each check at its limit', async () => {
    const { url } = await serve(() => undefined);
    const { finding } = await look({ ...bareWishes(url), deploymentId: 'd' }, { limitMs: 50 });
    expect(finding('host.api')).toMatchObject({ state: 'bad', facts: { failedAt: 'http' } });
    expect(finding('host.api')?.says).toContain('did not answer in time');
  });

  it('that cuts off the upgrade of the guest socket leaves web messaging open', async () => {
    await org.faults([{ on: 'web-messaging-upgrade', drop: true }]);
    const { finding, upstream } = await look(wishesFor(org, guest));
    expect(finding('deployment.socket')).toMatchObject({ state: 'unknown' });
    expect(upstream('web-messaging').answer).toBe('unknown');
  });
});
