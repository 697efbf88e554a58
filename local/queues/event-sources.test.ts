import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { anything } from '../fixture.ts';
import type { Result } from '../lambda/environments.ts';
import type { EventSource, Queue } from '../template/model.ts';
import { makeFakeClock, settled, START } from '../test-clock.ts';
import { startEventSources } from './event-sources.ts';
import { queueSettings } from './fixture.ts';
import { makeQueues } from './queues.ts';

const Event = z.object({ Records: z.array(z.looseObject({ messageId: z.string(), body: z.string() })) });
type Event = z.infer<typeof Event>;

const dead = queueSettings('dead');
const failure: Result = { ok: false, error: { type: 'Error', message: 'no' }, ms: 1, coldStart: false };
const success = (value: unknown = null): Result => ({ ok: true, value, ms: 1, coldStart: false });

interface Setup {
  readonly source?: Partial<EventSource>;
  readonly queue?: Partial<Queue>;
  readonly answer?: (event: Event) => Result | Promise<Result>;
}

function start({ source, queue: settings, answer = () => success() }: Setup = {}) {
  const clock = makeFakeClock();
  const queues = makeQueues([queueSettings('watch', settings), dead], clock);
  const [queue, deadLetters] = queues.all;
  if (queue === undefined || deadLetters === undefined) throw new Error('no queues');
  const events: Event[] = [];
  const mapping: EventSource = {
    logicalId: 'Mapping',
    queueArn: queue.settings.arn,
    functionId: 'Fn',
    enabled: true,
    batchSize: 10,
    batchingWindowSeconds: 0,
    reportsItemFailures: false,
    ...source,
  };
  const sources = startEventSources({
    template: { eventSources: [mapping] },
    queues,
    clock,
    invoke: async (functionId, data) => {
      expect(functionId).toBe('Fn');
      const event = Event.parse(data);
      events.push(event);
      return answer(event);
    },
  });
  onTestFinished(sources.close);
  const bodies = (): string[][] => events.map(({ Records }) => Records.map(({ body }) => body));
  return { clock, queue, deadLetters, events, bodies, close: sources.close };
}

describe('an SQS event source', () => {
  it("hands over a message as Lambda's SQS event, and deletes it", async () => {
    const { clock, queue, events } = start();
    const { id } = queue.send('hello');
    await clock.advance(0);
    expect(events).toEqual([
      {
        Records: [
          {
            messageId: id,
            receiptHandle: anything(String),
            body: 'hello',
            attributes: {
              ApproximateReceiveCount: '1',
              SentTimestamp: String(START),
              SenderId: anything(String),
              ApproximateFirstReceiveTimestamp: String(START),
            },
            messageAttributes: {},
            md5OfBody: '5d41402abc4b2a76b9719d911017c592',
            eventSource: 'aws:sqs',
            eventSourceARN: queue.settings.arn,
            awsRegion: 'us-east-1',
          },
        ],
      },
    ]);
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('hands over what waited before it began', async () => {
    const clock = makeFakeClock();
    const queues = makeQueues([queueSettings('watch')], clock);
    const [queue] = queues.all;
    queue?.send('a');
    let events = 0;
    const eventSources: EventSource[] = [
      {
        logicalId: 'Mapping',
        queueArn: queue?.settings.arn ?? '',
        functionId: 'Fn',
        enabled: true,
        batchSize: 1,
        batchingWindowSeconds: 0,
        reportsItemFailures: false,
      },
    ];
    const invoke = (): Promise<Result> => {
      events += 1;
      return Promise.resolve(success());
    };
    onTestFinished(startEventSources({ template: { eventSources }, queues, invoke, clock }).close);
    await settled();
    expect(events).toBe(1);
  });

  it('delay: hands over each message when it is due, and not before', async () => {
    const { clock, queue, bodies } = start();
    queue.send('late', 9);
    queue.send('early', 2);
    await clock.advance(1999);
    expect(bodies()).toEqual([]);
    await clock.advance(1);
    expect(bodies()).toEqual([['early']]);
    await clock.advance(7000);
    expect(bodies()).toEqual([['early'], ['late']]);
  });

  it('hands over as many at once as a batch holds', async () => {
    const { clock, queue, bodies } = start({ source: { batchSize: 2 } });
    for (const body of ['a', 'b', 'c', 'd', 'e']) queue.send(body);
    await clock.advance(0);
    expect(bodies().map((batch) => batch.length)).toEqual([2, 2]);
    await clock.advance(50);
    expect(bodies().map((batch) => batch.length)).toEqual([2, 2, 1]);
  });

  it('hands over the first at once, and together what comes shortly after it', async () => {
    const { clock, queue, bodies } = start();
    for (const body of ['a', 'b', 'c']) {
      queue.send(body);
      await clock.advance(10);
    }
    expect(bodies()).toEqual([['a']]);
    await clock.advance(20);
    expect(bodies()).toEqual([['a'], ['b', 'c']]);
  });

  it('goes on after the clock was set back', async () => {
    const { clock, queue, bodies } = start();
    queue.send('a');
    await clock.advance(0);
    await clock.advance(-600_000);
    queue.send('b');
    await clock.advance(50);
    expect(bodies()).toEqual([['a'], ['b']]);
  });

  it('waits for a full batch as long as its window lasts', async () => {
    const { clock, queue, bodies } = start({ source: { batchSize: 3, batchingWindowSeconds: 5 } });
    queue.send('a');
    await clock.advance(4000);
    queue.send('b');
    await clock.advance(999);
    expect(bodies()).toEqual([]);
    await clock.advance(1);
    expect(bodies()).toEqual([['a', 'b']]);
    for (const body of ['c', 'd', 'e']) queue.send(body);
    await clock.advance(0);
    expect(bodies()).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
  });

  it('begins a new window for what a full batch left', async () => {
    const { clock, queue, bodies } = start({ source: { batchSize: 2, batchingWindowSeconds: 5 } });
    queue.send('a');
    await clock.advance(4000);
    for (const body of ['b', 'c']) queue.send(body);
    await clock.advance(4999);
    expect(bodies()).toEqual([['a', 'b']]);
    await clock.advance(1);
    expect(bodies()).toEqual([['a', 'b'], ['c']]);
  });

  it.each([
    [undefined, 5],
    [2, 2],
    [100, 5],
  ])('with a maximum concurrency of %s has %i batches at a time', async (maximumConcurrency, most) => {
    const waiting: (() => void)[] = [];
    const { clock, queue, bodies } = start({
      source: { batchSize: 1, ...(maximumConcurrency === undefined ? {} : { maximumConcurrency }) },
      answer: () =>
        new Promise((resolve) => {
          waiting.push(() => {
            resolve(success());
          });
        }),
    });
    for (let count = 0; count < 8; count += 1) queue.send('a');
    await clock.advance(0);
    expect(bodies()).toHaveLength(most);
    waiting[0]?.();
    await settled();
    expect(bodies()).toHaveLength(most + 1);
  });

  it('leaves a batch whose function failed, until the visibility timeout is over', async () => {
    const { clock, queue, events } = start({ answer: () => failure });
    queue.send('a');
    queue.send('b');
    await clock.advance(29_999);
    expect(events).toHaveLength(1);
    expect(queue.counts()).toMatchObject({ inFlight: 2 });
    await clock.advance(1);
    expect(events[1]?.Records).toMatchObject([
      { body: 'a', attributes: { ApproximateReceiveCount: '2' } },
      { body: 'b', attributes: { ApproximateReceiveCount: '2' } },
    ]);
  });

  it('counts the visibility timeout from the receipt, however long the function takes', async () => {
    let fail = (): void => undefined;
    const { clock, queue, events } = start({
      answer: () =>
        new Promise((resolve) => {
          fail = () => {
            resolve(failure);
          };
        }),
    });
    queue.send('a');
    await clock.advance(20_000);
    fail();
    await clock.advance(10_000);
    expect(events).toHaveLength(2);
  });

  it('dead-letter queue: has what failed too often, as soon as it would be due', async () => {
    const redrive = { deadLetterArn: dead.arn, maxReceiveCount: 3 };
    const { clock, queue, deadLetters, events } = start({ queue: { redrive }, answer: () => failure });
    queue.send('a');
    await clock.advance(89_999);
    expect(events).toHaveLength(3);
    expect(deadLetters.counts()).toMatchObject({ visible: 0 });
    await clock.advance(1);
    expect(events).toHaveLength(3);
    expect(deadLetters.counts()).toMatchObject({ visible: 1 });
  });

  it('takes nothing while its mapping is disabled', async () => {
    const { clock, queue, bodies } = start({ source: { enabled: false } });
    queue.send('a');
    await clock.advance(60_000);
    expect(bodies()).toEqual([]);
  });

  it('refuses a mapping of a queue that is not there', () => {
    expect(() => start({ source: { queueArn: 'arn:aws:sqs:us-east-1:1:other' } })).toThrow(
      'There is no queue arn:aws:sqs:us-east-1:1:other',
    );
  });
});

describe('batch failures of an SQS event source: with ReportBatchItemFailures', () => {
  const named = (...ids: unknown[]): object => ({
    batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
  });

  it('only the named messages stay', async () => {
    const { clock, queue, bodies } = start({
      source: { reportsItemFailures: true },
      answer: ({ Records }) =>
        success(named(...Records.filter(({ body }) => body === 'b').map(({ messageId }) => messageId))),
    });
    for (const body of ['a', 'b', 'c']) queue.send(body);
    await clock.advance(30_000);
    expect(bodies()).toEqual([['a', 'b', 'c'], ['b']]);
  });

  it.each([
    ['an empty list', { batchItemFailures: [] }],
    ['a list that is null', { batchItemFailures: null }],
    ['an empty answer', {}],
    ['no answer', null],
  ])('%s means that all succeeded', async (_case, value) => {
    const { clock, queue } = start({ source: { reportsItemFailures: true }, answer: () => success(value) });
    queue.send('a');
    await clock.advance(0);
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it.each([
    ['an unknown id', named('other')],
    ['an empty id', named('')],
    ['an id that is null', named(null)],
    ['an entry with another key', { batchItemFailures: [{ id: 'a' }] }],
    ['a list that is none', { batchItemFailures: 'a' }],
    ['a text', 'failed'],
  ])('%s means that the whole batch failed', async (_case, value) => {
    const { clock, queue } = start({ source: { reportsItemFailures: true }, answer: () => success(value) });
    queue.send('a');
    queue.send('b');
    await clock.advance(0);
    expect(queue.counts()).toMatchObject({ inFlight: 2 });
  });

  it('a mapping that does not ask for it deletes what the function names', async () => {
    const { clock, queue } = start({
      answer: ({ Records }) => success(named(...Records.map(({ messageId }) => messageId))),
    });
    queue.send('a');
    await clock.advance(0);
    expect(queue.counts()).toMatchObject({ inFlight: 0 });
  });
});

describe('once closed, an SQS event source', () => {
  it('takes nothing more and holds no timer', async () => {
    const { clock, queue, bodies, close } = start();
    queue.send('a', 9);
    queue.send('a', 5);
    await close();
    queue.send('b');
    expect(clock.pending()).toBe(0);
    await clock.advance(10_000);
    expect(bodies()).toEqual([]);
  });

  it('leaves the batch that a function has', async () => {
    let finish = (): void => undefined;
    const { clock, queue, close } = start({
      answer: () =>
        new Promise((resolve) => {
          finish = () => {
            resolve(success());
          };
        }),
    });
    queue.send('a');
    await clock.advance(0);
    await close();
    finish();
    await settled();
    expect(queue.counts()).toMatchObject({ inFlight: 1 });
    expect(clock.pending()).toBe(0);
  });
});
