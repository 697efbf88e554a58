import { describe, expect, it } from 'vitest';
import { arrived, connectFor, newGuest, participantState } from './world.ts';

const nested = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;

describe('a wrong frame', () => {
  it.each([
    ['bad_json', 'no JSON', 'hello'],
    ['bad_json', 'nothing', ' '],
    ['bad_frame', 'null', 'null'],
    ['bad_frame', 'an array', '[{"type":"typing"}]'],
    ['bad_frame', 'no type', '{"data":{"isTyping":true}}'],
    ['bad_frame', 'a type that is a number', '{"type":1}'],
    ['bad_frame', 'a type that is the right one in an array', '{"type":["typing"],"data":{"isTyping":true}}'],
    ['unknown_type', 'an unknown type', '{"type":"tpying","data":{"isTyping":true}}'],
    ['unknown_type', "API Gateway's own route", '{"type":"$connect"}'],
    ['unknown_type', "API Gateway's other route", '{"type":"$disconnect"}'],
    ['unknown_type', 'a name of all objects', '{"type":"constructor"}'],
    ['bad_frame', 'isTyping missing', '{"type":"typing","data":{}}'],
    ['bad_frame', 'isTyping a string', '{"type":"typing","data":{"isTyping":"true"}}'],
    ['bad_frame', 'a __proto__ key', '{"type":"typing","data":{"isTyping":true},"__proto__":{}}'],
    ['bad_frame', '10,000 levels', `{"type":"typing","data":${nested}}`],
    ['bad_frame', '10,000 levels and no type', nested],
    [
      'bad_frame',
      '30 KB of text',
      `{"type":"typing","data":{"isTyping":true},"text":"${'x'.repeat(30_000)}"}`,
    ],
    ['bad_json', '30 KB of text and no JSON', 'x'.repeat(30_000)],
  ])('is told %s, costs no connection and does not reach the upstream: %s', async (code, _, frame) => {
    const guest = await newGuest();
    const client = await connectFor(participantState(guest));
    expect(await client.ask(frame)).toMatchObject({ type: 'error', error: { code } });
    expect(await client.ask({ type: 'ping' })).toEqual({ type: 'pong' });
    expect(await arrived(guest)).toEqual([]);
  });

  it('of an unknown type is told the types there are', async () => {
    const client = await connectFor(participantState(await newGuest()));
    const answer = await client.ask('{"type":"tpying"}');
    expect(answer.type === 'error' && answer.error.message).toContain('Known types: typing, ping.');
  });

  it('bears its id in its error, and the request id that the log has', async () => {
    const client = await connectFor(participantState(await newGuest()));
    const answer = await client.ask('{"type":"typing","id":"7"}');
    expect(answer).toMatchObject({ error: { code: 'bad_frame', id: '7' } });
    expect(answer.type === 'error' && answer.error.requestId).toMatch(/\S/);
  });
});
