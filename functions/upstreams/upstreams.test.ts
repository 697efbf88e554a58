import { describe, expect, it } from 'vitest';
import { RelayError } from '../relay/errors.ts';
import { makeHostRule } from '../relay/hosts.ts';
import { SessionError } from '../relay/upstream.ts';
import { openSession, UPSTREAM_KINDS } from './index.ts';

const allowsUrl = makeHostRule([]);
const open = (fields: { kind: string } & Record<string, unknown>) => openSession(fields, allowsUrl);

const socketUrl = 'wss://webmessaging.mypurecloud.com/v1?session=1';
const conversationId = 'c0000000-0000-4000-8000-000000000001';
const participantId = 'a0000000-0000-4000-8000-000000000001';
const participant = { kind: 'participant-state', conversationId, participantId };

describe('typing-frame', () => {
  const session = open({ kind: 'typing-frame', socketUrl });

  it.each([true, false])("sends the thread's payload over the guest's socket: isTyping %s", (isTyping) => {
    expect(session.message(isTyping, 0)).toEqual({
      via: 'socket',
      url: socketUrl,
      frame: { type: 'typing', data: { isTyping } },
    });
  });

  it('is held upstream, so an off is owed', () => {
    expect(session.timing).toBe('held');
  });

  it('needs the socket URL', () => {
    expect(() => open({ kind: 'typing-frame' })).toThrow(
      'upstream typing-frame: missing or wrong: socketUrl',
    );
  });

  it('takes no socket to another host, and does not repeat its URL', () => {
    const evil = { kind: 'typing-frame', socketUrl: 'wss://evil.example.com/?token=secret' };
    expect(() => open(evil)).toThrow(/neither of a Genesys region nor in allowedHosts/);
    expect(() => open(evil)).not.toThrow(/secret|evil/);
  });

  it('takes no URL with a fragment, which no socket can be opened with', () => {
    expect(() => open({ kind: 'typing-frame', socketUrl: `${socketUrl}#top` })).toThrow(SessionError);
  });

  it('takes no URL that is no socket', () => {
    expect(() => open({ kind: 'typing-frame', socketUrl: 'https://api.mypurecloud.com/' })).toThrow(
      SessionError,
    );
  });
});

describe('participant-state', () => {
  const session = open(participant);

  it("posts the thread's body: on is the state typing", () => {
    expect(session.message(true, 0)).toEqual({
      via: 'rest',
      method: 'POST',
      path: `/api/v2/conversations/${conversationId}/participants/${participantId}`,
      body: { routing: { priority: 0 }, state: 'typing' },
      bearer: undefined,
      permission: 'conversation:write',
    });
  });

  it('off is the state connected, and never closed', () => {
    expect(session.message(false, 0)).toMatchObject({
      body: { routing: { priority: 0 }, state: 'connected' },
    });
    const states = [true, false].map((isTyping) => JSON.stringify(session.message(isTyping, 0)));
    expect(states.join()).not.toContain('closed');
  });

  it("acts as the guest where the ticket has the guest's token", () => {
    expect(open({ ...participant, guestToken: 'token' }).message(true, 0)).toMatchObject({
      bearer: { token: 'token', owner: 'guest' },
      permission: 'webmessaging:guest:write',
    });
  });

  it.each(['conversationId', 'participantId'])('needs %s', (field) => {
    expect(() => open({ ...participant, [field]: undefined })).toThrow(`missing or wrong: ${field}`);
  });

  it.each(['../../oauth/clients', 'a/b', 'a?b', 'a%2fb', ''])(
    'takes no id that leaves its place in the path: %j',
    (id) => {
      expect(() => open({ ...participant, participantId: id })).toThrow(SessionError);
    },
  );

  it('takes no guest token that would break a header', () => {
    expect(() => open({ ...participant, guestToken: 'a\r\nX-Evil: 1' })).toThrow(SessionError);
  });

  it('asks first whether the participant is one of the conversation, since a wrong one fails in silence', () => {
    const { check } = session;
    expect(check?.question).toEqual({
      via: 'rest',
      method: 'GET',
      path: `/api/v2/conversations/${conversationId}`,
      permission: 'conversation:communication:view',
    });
    const other = { participants: [{ id: 'somebody-else' }] };
    expect(() => check?.judge({ participants: [{ id: participantId }] })).not.toThrow();
    expect(() => check?.judge(other)).toThrow(RelayError);
    expect(() => check?.judge(other)).toThrow(expect.objectContaining({ reason: 'participant_mismatch' }));
  });

  it('goes on where the answer tells nothing', () => {
    expect(() => session.check?.judge(undefined)).not.toThrow();
  });

  it("does not ask with a guest's token, which may only write", () => {
    expect(open({ ...participant, guestToken: 'token' }).check).toBeUndefined();
  });
});

describe('the list of upstreams', () => {
  it('names itself to whoever asks for another', () => {
    expect(() => open({ kind: 'carrier-pigeon' })).toThrow(`known: ${UPSTREAM_KINDS.join(', ')}`);
  });

  it.each(['constructor', '__proto__', 'toString'])('does not take %s for an upstream', (kind) => {
    expect(() => open({ kind })).toThrow(SessionError);
  });
});
