import { describe, expect, it } from 'vitest';
import { openInbox } from '../relay/inbox.ts';
import { makeHostRule } from '../relay/hosts.ts';
import { SessionError } from '../relay/upstream.ts';
import { openSession } from './index.ts';

/** The three upstreams that Genesys publishes. */

type Claim = { kind: string } & Record<string, unknown>;
const open = (fields: Claim) => openSession(fields, makeHostRule([]));

const guest: Claim = { kind: 'web-messaging', deploymentId: 'd-1', token: 'guest-token' };
const user: Claim = { kind: 'open-messaging', integrationId: 'i-1', userId: 'user@example.com' };
const agent: Claim = { kind: 'agent-communication', conversationId: 'c-1', communicationId: 'm-1' };
const AT = Date.parse('2026-01-01T00:00:00.000Z');

describe.each([guest, user, agent])('$kind', (fields) => {
  it('lapses by itself upstream, so that an off sends nothing', () => {
    const session = open(fields);
    expect(session.timing).toBe('expiring');
    expect(session.message(false, AT)).toBeUndefined();
  });

  it.each(Object.keys(fields).filter((field) => field !== 'kind'))('needs %s', (field) => {
    expect(() => open({ ...fields, [field]: undefined })).toThrow(
      `upstream ${fields.kind}: missing or wrong: ${field}`,
    );
  });

  it('is one session for several tabs, whatever else their tickets say', () => {
    expect(open({ ...fields, userToken: 'agent-token', nickname: 'Ann' }).key).toBe(open(fields).key);
  });

  it.each(Object.keys(fields).filter((field) => field !== 'kind'))(
    'is another session by its %s',
    (field) => {
      expect(open({ ...fields, [field]: 'another' }).key).not.toBe(open(fields).key);
    },
  );

  it('repeats nothing of a ticket in its key', () => {
    for (const value of Object.values(fields)) expect(open(fields).key).not.toContain(value);
  });
});

describe('web-messaging', () => {
  it("sends Genesys' own typing message, and nothing more", () => {
    expect(open(guest).message(true, AT)).toEqual({
      via: 'web-messaging',
      deploymentId: 'd-1',
      token: 'guest-token',
      message: { events: [{ eventType: 'Typing', typing: { type: 'On' } }], type: 'Event' },
    });
  });

  it('asks nothing first and has no way back: both are the business of the guest socket', () => {
    expect(open(guest)).toMatchObject({ check: undefined, inbox: undefined });
  });

  it('takes a token as long as Genesys does, and no longer', () => {
    expect(() => open({ ...guest, token: 'x'.repeat(2_048) })).not.toThrow();
    expect(() => open({ ...guest, token: 'x'.repeat(2_049) })).toThrow(SessionError);
  });

  it('does not repeat a token that it does not take', () => {
    expect(() => open({ ...guest, token: 'secret\r\n' })).toThrow(
      /^upstream web-messaging: missing or wrong: token$/,
    );
  });
});

describe('open-messaging', () => {
  it('posts the inbound event with the fields of its model, and no others', () => {
    expect(open(user).message(true, AT)).toEqual({
      via: 'rest',
      method: 'POST',
      path: '/api/v2/conversations/messages/i-1/inbound/open/event',
      body: {
        channel: { from: { id: 'user@example.com', idType: 'Opaque' }, time: '2026-01-01T00:00:00.000Z' },
        events: [{ eventType: 'Typing' }],
      },
      permission: 'conversation:message:receive',
    });
  });

  it('says who the user is, in the types that there are', () => {
    expect(open({ ...user, idType: 'Email', nickname: 'Ann' }).message(true, AT)).toMatchObject({
      body: { channel: { from: { id: 'user@example.com', idType: 'Email', nickname: 'Ann' } } },
    });
    expect(() => open({ ...user, idType: 'Fax' })).toThrow('missing or wrong: idType');
  });

  it('takes no integration that leaves its place in the path', () => {
    expect(() => open({ ...user, integrationId: 'i/../x' })).toThrow(SessionError);
  });

  it('is found again by its integration and its user, and by them together alone', () => {
    expect(open(user).inbox).toBe(openInbox('i-1', 'user@example.com'));
    const others = [
      { ...user, integrationId: 'i-2' },
      { ...user, userId: 'u-2' },
    ].map((one) => open(one).inbox);
    expect(others).not.toContain(open(user).inbox);
    expect(openInbox('a', 'b')).not.toBe(openInbox('a","b', ''));
  });

  it('asks nothing first', () => {
    expect(open(user).check).toBeUndefined();
  });
});

describe('agent-communication', () => {
  it('posts the typing event, which is shown for longer than until the next one', () => {
    expect(open(agent).message(true, AT)).toEqual({
      via: 'rest',
      method: 'POST',
      path: '/api/v2/conversations/messages/c-1/communications/m-1/typing',
      body: { typing: { type: 'On', duration: 7_000 } },
      bearer: undefined,
      permission: 'conversation:message:create',
    });
  });

  it("acts as the agent where the ticket has the agent's token, in the question too", () => {
    const session = open({ ...agent, userToken: 'agent-token' });
    const bearer = { token: 'agent-token', owner: 'agent' };
    expect(session.message(true, AT)).toMatchObject({ bearer });
    expect(session.check?.question).toMatchObject({ bearer });
  });

  it.each(['conversationId', 'communicationId'])('takes no %s that leaves its place in the path', (field) => {
    expect(() => open({ ...agent, [field]: '../x' })).toThrow(SessionError);
  });

  it('asks for the conversation first', () => {
    expect(open(agent).check?.question).toEqual({
      via: 'rest',
      method: 'GET',
      path: '/api/v2/conversations/c-1',
      bearer: undefined,
      permission: 'conversation:communication:view',
    });
  });

  it("does not take another upstream's answer for its own", () => {
    const participant = { kind: 'participant-state', conversationId: 'c-1', participantId: 'm-1' };
    expect(open(agent).check?.key).not.toBe(open(participant).check?.key);
  });

  /** What the check makes of a conversation with one participant beside the guest. */
  const judge =
    (participant: object, message: object = { id: 'm-1', state: 'connected' }) =>
    () => {
      const guestThere = { id: 'p-0', purpose: 'customer', messages: [{ id: 'm-0', state: 'connected' }] };
      open(agent).check?.judge({
        participants: [guestThere, { id: 'p-1', messages: [message], ...participant }],
      });
    };
  const refusal = (code: string, reason: string): unknown => expect.objectContaining({ code, reason });

  it.each([
    ['connected', { id: 'm-1', state: 'connected' }],
    [
      'connected, with a null for what has not been',
      { id: 'm-1', state: 'connected', disconnectedTime: null },
    ],
    ['of no state', { id: 'm-1' }],
  ])("takes an agent's communication that is %s", (_, message) => {
    expect(judge({ purpose: 'agent' }, message)).not.toThrow();
  });

  it('takes one of a bot in the place of an agent', () => {
    expect(judge({ purpose: 'workflow' })).not.toThrow();
  });

  it.each([
    ['none of this conversation', { purpose: 'agent', messages: [{ id: 'm-2' }] }],
    ['the id of a participant', { id: 'm-1', purpose: 'agent', messages: [{ id: 'm-2' }] }],
    ['of a participant without messages', { purpose: 'agent', messages: null }],
    ["the guest's own", { purpose: 'customer' }],
  ])('refuses a communication with what to take instead: %s', (_, participant) => {
    expect(judge(participant)).toThrow(refusal('upstream_rejected', 'communication_mismatch'));
    expect(judge(participant)).toThrow(/messages\[\]\.id .*"agent"/);
  });

  it.each([
    ['by its state', { purpose: 'agent' }, { id: 'm-1', state: 'disconnected' }],
    ["by the state in Genesys' own tests", { purpose: 'agent' }, { id: 'm-1', state: 'terminated' }],
    ['by its time', { purpose: 'agent' }, { id: 'm-1', disconnectedTime: '2026-01-01T00:00:00.000Z' }],
    ['with its agent', { purpose: 'agent', endTime: '2026-01-01T00:00:00.000Z' }, { id: 'm-1' }],
  ])('ends the session of a communication that is over: %s', (_, participant, message) => {
    expect(judge(participant, message)).toThrow(refusal('session_ended', 'communication_ended'));
  });

  it.each([undefined, null, 'text', {}, { participants: {} }, { participants: [{ messages: 'many' }] }])(
    'goes on where the answer tells nothing: %j',
    (answer) => {
      expect(() => open(agent).check?.judge(answer)).not.toThrow();
    },
  );
});
