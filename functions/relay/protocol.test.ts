import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { ERROR_CODES, REJECTION_REASONS, RelayError } from './errors.ts';
import { answerOther, CLIENT_FRAME_TYPES, frameIdOf, parseTypingFrame, toErrorFrame } from './protocol.ts';
import { OUTCOMES, serverFrame, type ServerFrame } from './server-frames.ts';
import { UPSTREAM_KINDS } from '../upstreams/index.ts';

/** The error that `act` throws; fails the test when it throws none, or one that a client could not be told. */
function refusalOf(act: () => unknown): RelayError {
  try {
    act();
  } catch (error) {
    if (error instanceof RelayError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a typing frame', () => {
  it("is exactly the thread's payload", () => {
    expect(parseTypingFrame('{"type":"typing","data":{"isTyping":true}}')).toEqual({
      type: 'typing',
      data: { isTyping: true },
    });
  });

  it('may bear an id of 1 to 64 characters', () => {
    const withId = (id: string) => JSON.stringify({ type: 'typing', data: { isTyping: false }, id });
    expect(parseTypingFrame(withId('x'.repeat(64))).id).toHaveLength(64);
    expect(refusalOf(() => parseTypingFrame(withId('x'.repeat(65)))).code).toBe('bad_frame');
    expect(refusalOf(() => parseTypingFrame(withId(''))).code).toBe('bad_frame');
  });

  it.each([
    ['null', 'null'],
    ['an array', '[]'],
    ['isTyping missing', '{"type":"typing","data":{}}'],
    ['isTyping a string', '{"type":"typing","data":{"isTyping":"true"}}'],
    ['no data', '{"type":"typing"}'],
    ['a key too many', '{"type":"typing","data":{"isTyping":true},"text":"hello"}'],
    ['a __proto__ key', '{"type":"typing","data":{"isTyping":true},"__proto__":{"isTyping":true}}'],
    ['a __proto__ key inside', '{"type":"typing","data":{"isTyping":true,"__proto__":1}}'],
    ['10,000 levels', `{"type":"typing","data":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
  ])('is refused with its shape as advice: %s', (_, text) => {
    const { code, message } = refusalOf(() => parseTypingFrame(text));
    expect(code).toBe('bad_frame');
    expect(message).toContain('{"type":"typing","data":{"isTyping":true}}');
  });

  it('that is no JSON is told so', () => {
    expect(refusalOf(() => parseTypingFrame('typing!')).code).toBe('bad_json');
  });
});

describe('any other frame', () => {
  it('that is a ping is answered', () => {
    expect(answerOther('{"type":"ping"}')).toEqual({ type: 'pong' });
  });

  it.each([
    ['bad_json', '{'],
    ['bad_json', ''],
    ['bad_frame', 'null'],
    ['bad_frame', '[{"type":"ping"}]'],
    ['bad_frame', '{"data":1}'],
    ['bad_frame', '{"type":1}'],
    ['bad_frame', '{"type":"ping","extra":1}'],
    ['unknown_type', '{"type":"Typing"}'],
    ['unknown_type', '{"type":"$connect"}'],
    ['unknown_type', '{"type":"constructor"}'],
  ])('is refused with %s: %s', (code, text) => {
    expect(refusalOf(() => answerOther(text)).code).toBe(code);
  });

  it('of an unknown type is told the types there are, and not its own words', () => {
    const { message } = refusalOf(() => answerOther('{"type":"secret-word"}'));
    expect(message).toContain('typing, ping');
    expect(message).not.toContain('secret-word');
  });
});

describe('whatever a client sends', () => {
  const anyText = fc.oneof(
    fc.string(),
    fc.json({ maxDepth: 6 }),
    fc.json().map((json) => `{"type":${json}}`),
  );

  it('ends in a frame or in an error that the client can be told', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const read of [parseTypingFrame, answerOther]) {
          try {
            read(text);
          } catch (error) {
            expect(error).toBeInstanceOf(RelayError);
          }
        }
        frameIdOf(text);
      }),
    );
  });
});

describe('an error frame', () => {
  it('has the code, the advice and the ids, and nothing of the cause', () => {
    const cause = new Error('connect ECONNREFUSED 10.0.0.1 with token abc');
    const error = new RelayError('upstream_rejected', 'Do this.', { reason: 'missing_permission', cause });
    const frame = toErrorFrame(error, 'request-1', 'frame-1');
    expect(frame).toEqual({
      type: 'error',
      error: {
        code: 'upstream_rejected',
        message: 'Do this.',
        requestId: 'request-1',
        reason: 'missing_permission',
        id: 'frame-1',
      },
    });
    expect(serverFrame.parse(frame)).toEqual(frame);
  });

  it('takes the id from a frame that is otherwise wrong', () => {
    expect(frameIdOf('{"type":"typing","id":"7"}')).toBe('7');
    expect(frameIdOf('{"type":"typing","id":7}')).toBeUndefined();
    expect(frameIdOf('nonsense')).toBeUndefined();
  });
});

describe('docs/protocol.md, the contract', () => {
  const contract = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

  it.each([...ERROR_CODES, ...REJECTION_REASONS, ...OUTCOMES, ...UPSTREAM_KINDS])(
    'has a row for %s',
    (word) => {
      expect(contract).toContain(`\n| \`${word}\` |`);
    },
  );

  it("shows an agent's typing as it is sent", () => {
    const frame: ServerFrame = { type: 'typing', data: { isTyping: true, expiresInMs: 5_000 } };
    expect(serverFrame.parse(frame)).toEqual(frame);
    expect(contract).toContain(`\n| \`${JSON.stringify(frame)}\` |`);
  });

  it.each(['web-messaging', 'open-messaging', 'agent-communication'])('calls %s published', (kind) => {
    expect(contract).toMatch(new RegExp(`\n\\| \`${kind}\` \\|.*\\| published`));
  });

  it.each(['typing-frame', 'participant-state'])("calls %s the thread's claim", (kind) => {
    expect(contract).toMatch(new RegExp(`\n\\| \`${kind}\` \\|.*\\| claimed by the thread`));
  });

  it.each([...CLIENT_FRAME_TYPES])('shows the frame %s', (type) => {
    expect(contract).toContain(`\`{"type":"${type}"`);
  });
});
