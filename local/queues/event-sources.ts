import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { Environments } from '../lambda/environments.ts';
import type { EventSource, Template } from '../template/model.ts';
import { sqsEvent, succeeded } from './batch.ts';
import type { MessageQueue, ReceivedMessage } from './queue.ts';
import type { Queues } from './queues.ts';

export interface EventSourcesOptions {
  readonly template: Pick<Template, 'eventSources'>;
  readonly queues: Queues;
  readonly invoke: Environments['invoke'];
  /** The one that the queues have. */
  readonly clock?: Clock;
}

export interface EventSources {
  /** Takes no more messages. A batch that a function has at that time stays in its queue. */
  readonly close: () => Promise<void>;
}

/** Lambda starts with five batches at a time: docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const BATCHES_AT_A_TIME = 5;

/** From one batch that is not full to the next: messages that come due one by one would each be an invocation of its own. */
const GATHERED_MS = 50;

/** Takes the messages of the template's queues to its functions, as Lambda's pollers do. */
export function startEventSources(options: EventSourcesOptions): EventSources {
  const { template, queues, invoke, clock = systemClock } = options;
  const stops = template.eventSources
    .filter(({ enabled }) => enabled)
    .map((source) => {
      const queue = queues.byArn(source.queueArn);
      if (queue === undefined) throw new Error(`There is no queue ${source.queueArn}`);
      return startPoller(source, queue, invoke, clock);
    });
  return {
    close: () => {
      for (const stop of stops) stop();
      return Promise.resolve();
    },
  };
}

/** Serves one mapping; answers the function that ends it. */
function startPoller(
  source: EventSource,
  queue: MessageQueue,
  invoke: Environments['invoke'],
  clock: Clock,
): () => void {
  const most = Math.min(source.maximumConcurrency ?? BATCHES_AT_A_TIME, BATCHES_AT_A_TIME);
  const isDue = makeWindow(source, queue, clock);
  const alarm = makeAlarm(clock, poll);
  let running = 0;
  let stopped = false;

  function poll(): void {
    if (stopped) return;
    while (running < most) {
      const { due, lookAgainAt } = isDue();
      if (!due) {
        alarm.set(lookAgainAt);
        return;
      }
      const batch = queue.receive(source.batchSize);
      if (batch.length > 0) void deliver(batch);
    }
  }

  async function deliver(batch: readonly ReceivedMessage[]): Promise<void> {
    running += 1;
    const result = await invoke(source.functionId, sqsEvent(queue.settings.arn, batch));
    running -= 1;
    if (stopped) return;
    for (const { receiptHandle } of succeeded(batch, result, source.reportsItemFailures))
      queue.remove(receiptHandle);
    poll();
  }

  const unsubscribe = queue.onSent(alarm.set);
  poll();
  return () => {
    stopped = true;
    unsubscribe();
    alarm.cancel();
  };
}

/** Says whether a batch is to be taken now, and if not when to look again (epoch ms; Infinity: once one is sent). */
function makeWindow(
  { batchSize, batchingWindowSeconds }: EventSource,
  queue: MessageQueue,
  clock: Clock,
): () => { due: boolean; lookAgainAt: number } {
  let endsAt: number | undefined;
  let takenAt = -Infinity;
  return () => {
    const now = clock.now();
    const visible = queue.visible();
    // The window begins with the first message that could be taken.
    endsAt =
      visible === 0
        ? undefined
        : (endsAt ?? Math.max(now + batchingWindowSeconds * 1000, Math.min(takenAt, now) + GATHERED_MS));
    const due = endsAt !== undefined && (visible >= batchSize || now >= endsAt);
    const lookAgainAt = Math.min(queue.nextDueAt() ?? Infinity, endsAt ?? Infinity);
    if (due) [endsAt, takenAt] = [undefined, now];
    return { due, lookAgainAt };
  };
}

interface Alarm {
  /** Rings at this time (epoch ms), or sooner when it was set so before. */
  readonly set: (at: number) => void;
  readonly cancel: () => void;
}

function makeAlarm(clock: Clock, ring: () => void): Alarm {
  let setFor = Infinity;
  let callOff = (): void => undefined;
  return {
    set: (at) => {
      if (at >= setFor) return;
      callOff();
      setFor = at;
      callOff = clock.after(Math.max(0, at - clock.now()), () => {
        setFor = Infinity;
        ring();
      });
    },
    cancel: () => {
      callOff();
    },
  };
}
