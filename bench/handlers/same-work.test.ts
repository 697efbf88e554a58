import { describe, expect, it } from 'vitest';
import type { Record } from './record.ts';
import { mustBeSame, mustHaveForwarded, type Work, workOf } from './same-work.ts';

const FROM = 1_700_000_000_000;
const KEY = { pk: { S: 'session#s' }, sk: { S: 'typing' } };
const answer = { statusCode: 200, body: '' };

/** What the far side sees of one held "on" that came at `at`, as one of the sides words it. */
function onAt(at: number, side: 'ours' | 'usual'): Record[] {
  const ConditionExpression = side === 'ours' ? '#at <= :at' : 'at <= :now';
  const watch = { sealedSession: `sealed by ${side}`, shownAt: at };
  return [
    { to: 'dynamodb', what: 'UpdateItem', status: 200, body: { Key: KEY, ConditionExpression } },
    {
      to: 'sqs',
      what: 'SendMessage',
      status: 200,
      body: { MessageBody: JSON.stringify(watch), DelaySeconds: 10 },
    },
    { to: 'rest', what: 'POST /p', status: 200, body: { state: 'typing', time: new Date(at).toISOString() } },
    { to: 'dynamodb', what: 'GetItem', status: 200, body: { Key: KEY, ConsistentRead: true } },
  ];
}

const itemAt = (at: number, by = 'c') => ({
  pk: { S: 'session#s' },
  at: { N: String(at) },
  by: { S: by },
  lastOnAt: { N: '0' },
  expiresAt: { N: String(at / 1_000 + 60) },
});
const other = { pk: { S: 'session#other' }, at: { N: '5' } };

const work = (
  from: number,
  side: 'ours' | 'usual',
  records = onAt(from, side),
  items: object[] = [itemAt(from), other],
  answers: unknown[] = [answer],
): Work => workOf({ from }, { answers }, records, items);

const ours = work(FROM, 'ours');
const LATER = FROM + 6_000;

/** The usual stack's records with one of them changed. */
const changed = (place: number, change: Partial<Record>): Record[] =>
  onAt(LATER, 'usual').map((record, index) => (index === place ? { ...record, ...change } : record));

describe('the same work', () => {
  it('is told in other words, seals in another way, and comes at another time', () => {
    expect(() => {
      mustBeSame('on', ours, work(LATER, 'usual'));
    }).not.toThrow();
  });

  it('leaves out what an environment does once', () => {
    const key = { Key: { pk: { S: 'oauth#c' }, sk: { S: 'token' } } };
    const once: Record[] = [
      { to: 'secretsmanager', what: 'GetSecretValue', body: {}, status: 200 },
      { to: 'login', what: 'POST /oauth/token', body: '', status: 200 },
      { to: 'dynamodb', what: 'GetItem', body: key, status: 200 },
      { to: 'rest', what: 'GET /api/v2/tokens/me', body: '', status: 200 },
    ];
    expect(work(LATER, 'usual', [...once, ...onAt(LATER, 'usual')])).toEqual(ours);
  });

  it.each([
    ['answers', work(LATER, 'usual', undefined, undefined, [{ statusCode: 500 }])],
    ['table', work(LATER, 'usual', onAt(LATER, 'usual').slice(1))],
    ['table', work(LATER, 'usual', changed(0, { what: 'PutItem' }))],
    ['table', work(LATER, 'usual', changed(0, { body: { Key: KEY } }))],
    [
      'queue',
      work(
        LATER,
        'usual',
        onAt(LATER, 'usual').filter(({ to }) => to !== 'sqs'),
      ),
    ],
    [
      'queue',
      work(LATER, 'usual', [...onAt(LATER, 'usual').slice(0, 1), ...onAt(LATER + 1, 'usual').slice(1)]),
    ],
    ['upstream', work(LATER, 'usual', changed(2, { body: { state: 'connected', time: '' } }))],
    ['upstream', work(LATER, 'usual', changed(2, { what: 'POST /q' }))],
    ['upstream', work(LATER, 'usual', [...onAt(LATER, 'usual'), { to: 'socket', what: 'c', body: {} }])],
    ['items', work(LATER, 'usual', undefined, [itemAt(LATER + 1_000)])],
    ['items', work(LATER, 'usual', undefined, [itemAt(LATER, 'somebody else')])],
  ])('is not where %s differ', (part, usual) => {
    expect(() => {
      mustBeSame('on', ours, usual);
    }).toThrow(`on: both sides have to do the same work, and differ in ${part} `);
  });
});

describe('a script', () => {
  const metric = '{"_aws":{}}\n';
  const check =
    (one: Work, messages = 1, said = metric) =>
    () => {
      mustHaveForwarded(one, messages, said);
    };

  it('has done its work where each message went upstream and nobody complained', () => {
    expect(check(ours)).not.toThrow();
  });

  it('has not where a message stayed behind', () => {
    expect(check({ ...ours, answers: [answer, answer] }, 2)).toThrow('of 2 messages 1 went upstream');
    expect(check({ ...ours, upstream: [] })).toThrow('of 1 messages 0');
  });

  it('has not where a message was refused upstream', () => {
    expect(check(work(FROM, 'ours', changed(2, { status: 429 })))).toThrow('of 1 messages 0');
  });

  it('does not take for a message what comes before it', () => {
    const question = { to: 'rest', what: 'GET /api/v2/conversations/c', body: null, status: 200 };
    const configure = { to: 'socket', what: 'c', body: { action: 'configureSession' } };
    expect(check({ ...ours, upstream: [question, configure] })).toThrow('of 1 messages 0');
  });

  it('has not where the handler logs anything but metrics', () => {
    expect(check(ours, 1, `${metric}{"level":"WARN","message":"slow"}\n`)).toThrow(
      'complained: {"level":"WARN"',
    );
    expect(check(ours, 1, `{"level":"WARN","message":"slow"}\n${metric}`)).toThrow(
      'complained: {"level":"WARN"',
    );
    expect(check(ours, 1, `${metric}(node:1) Warning: experimental\n`)).not.toThrow();
  });
});
