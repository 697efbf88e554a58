import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { Queue } from '../template/model.ts';
import type { MessageQueue } from './queue.ts';
import { makeQueue } from './queue.ts';

export interface Queues {
  readonly all: readonly MessageQueue[];
  readonly byArn: (arn: string) => MessageQueue | undefined;
  /** By the path of a queue's URL, whatever its host: a client may have put the local endpoint there. */
  readonly byUrl: (url: string) => MessageQueue | undefined;
}

/** Makes the template's queues, empty. They hold no timer, so nothing has to be closed. */
export function makeQueues(queues: readonly Queue[], clock: Clock = systemClock): Queues {
  const byArn = new Map<string, MessageQueue>();
  for (const queue of queues) {
    const deadLetters = (): MessageQueue | undefined => byArn.get(queue.redrive?.deadLetterArn ?? '');
    byArn.set(queue.arn, makeQueue(queue, clock, deadLetters));
  }
  const all = [...byArn.values()];
  return {
    all,
    byArn: (arn) => byArn.get(arn),
    byUrl: (url) => all.find(({ settings }) => pathOf(settings.url) === pathOf(url)),
  };
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}
