import { describe, expect, it } from 'vitest';
import type { Queue } from '../template/model.ts';
import { makeFakeClock, START } from '../test-clock.ts';
import { queueSettings } from './fixture.ts';
import type { MessageQueue } from './queue.ts';
import { makeQueues } from './queues.ts';

const dead = queueSettings('dead');
const redrive = { deadLetterArn: dead.arn, maxReceiveCount: 2 };

function make(more: Partial<Queue> = {}) {
  const clock = makeFakeClock();
  const queues = makeQueues([queueSettings('watch', more), dead], clock);
  const [queue, deadLetters] = queues.all;
  if (queue === undefined || deadLetters === undefined) throw new Error('no queues');
  return { clock, queue, deadLetters, queues };
}

const bodies = (queue: MessageQueue, most = 10): string[] => queue.receive(most).map(({ body }) => body);

describe('a queue', () => {
  it('gives what was sent, with what a receiver is told', async () => {
    const { clock, queue } = make();
    const sent = queue.send('hello');
    await clock.advance(5);
    const [received, ...others] = queue.receive(10);
    expect(others).toEqual([]);
    expect(received).toMatchObject({
      ...sent,
      md5: '5d41402abc4b2a76b9719d911017c592',
      sentAt: START,
      receiveCount: 1,
      firstReceivedAt: START + 5,
    });
  });

  it('gives no more than it is asked for', () => {
    const { queue } = make();
    for (const body of ['a', 'b', 'c']) queue.send(body);
    expect(bodies(queue, 2)).toHaveLength(2);
    expect(bodies(queue, 2)).toHaveLength(1);
  });

  it.each([
    ["the queue's delay", undefined, 5000],
    ["the sender's delay, before the queue's", 2, 2000],
    ['no delay, when the sender says so', 0, 0],
  ])('keeps a message back for %s', async (_case, delaySeconds, ms) => {
    const { clock, queue } = make({ delaySeconds: 5 });
    queue.send('a', delaySeconds);
    if (ms > 0) {
      await clock.advance(ms - 1);
      expect(bodies(queue)).toEqual([]);
      await clock.advance(1);
    }
    expect(bodies(queue)).toEqual(['a']);
  });

  it('shows a message again when the visibility timeout is over, counted from its receipt', async () => {
    const { clock, queue } = make();
    queue.send('a');
    await clock.advance(10_000);
    const [first] = queue.receive(1);
    await clock.advance(29_999);
    expect(queue.receive(1)).toEqual([]);
    await clock.advance(1);
    const [second] = queue.receive(1);
    expect(second).toMatchObject({ receiveCount: 2, firstReceivedAt: START + 10_000 });
    expect(second?.receiptHandle).not.toBe(first?.receiptHandle);
  });

  it('hides a message for as long as its receiver asks', async () => {
    const { clock, queue } = make();
    queue.send('a');
    queue.receive(1, 5);
    await clock.advance(5000);
    expect(bodies(queue)).toEqual(['a']);
  });

  it('deletes by the handle of the last receipt only', async () => {
    const { clock, queue } = make();
    queue.send('a');
    const [first] = queue.receive(1);
    await clock.advance(30_000);
    const [second] = queue.receive(1);
    expect(queue.remove(first?.receiptHandle ?? '')).toBe(true);
    expect(queue.counts()).toMatchObject({ inFlight: 1 });
    expect(queue.remove(second?.receiptHandle ?? '')).toBe(true);
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it("does not take another queue's handle", () => {
    const { queue, deadLetters } = make();
    deadLetters.send('a');
    expect(queue.remove(deadLetters.receive(1)[0]?.receiptHandle ?? '')).toBe(false);
  });

  it('counts what is visible, in flight and delayed', () => {
    const { queue } = make();
    for (const delay of [0, 0, 0, 60]) queue.send('a', delay);
    queue.receive(1);
    expect(queue.counts()).toEqual({ visible: 2, inFlight: 1, delayed: 1 });
    queue.purge();
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('drops what is older than its retention', async () => {
    const { clock, queue } = make({ retentionSeconds: 60 });
    queue.send('a');
    await clock.advance(59_999);
    expect(queue.counts()).toMatchObject({ visible: 1 });
    await clock.advance(1);
    expect(bodies(queue)).toEqual([]);
  });

  it('moves a message to the dead-letter queue after as many receipts as allowed', async () => {
    const { clock, queue, deadLetters } = make({ redrive });
    const { id } = queue.send('a');
    for (const count of [1, 2]) {
      expect(queue.receive(1)).toMatchObject([{ receiveCount: count }]);
      await clock.advance(30_000);
    }
    expect(queue.receive(1)).toEqual([]);
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(deadLetters.receive(1)).toMatchObject([{ id, body: 'a', sentAt: START }]);
  });

  it('knows when the next message is due that is not so yet', () => {
    const { queue } = make();
    expect(queue.nextDueAt()).toBeUndefined();
    for (const delay of [0, 9, 3]) queue.send('a', delay);
    expect(queue.nextDueAt()).toBe(START + 3000);
  });

  it('is found by its ARN, and by its URL at any host', () => {
    const { queues, queue } = make();
    expect(queues.byArn(queue.settings.arn)).toBe(queue);
    expect(queues.byUrl(queue.settings.url)).toBe(queue);
    expect(queues.byUrl('http://127.0.0.1:1/000000000000/watch')).toBe(queue);
    expect(queues.byUrl('https://sqs.us-east-1.amazonaws.com/000000000000/other')).toBeUndefined();
  });
});
