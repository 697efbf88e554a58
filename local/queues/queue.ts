import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Subscribe } from '../listeners.ts';
import { makeListeners } from '../listeners.ts';
import type { Queue } from '../template/model.ts';

/** A message as it is sent. */
export interface Message {
  readonly id: string;
  readonly body: string;
  /** In hex. */
  readonly md5: string;
  /** Epoch ms; a move to a dead-letter queue leaves it as it is. */
  readonly sentAt: number;
}

/** A message as a receiver gets it. */
export interface ReceivedMessage extends Message {
  /** For this one receipt: the next gives another. */
  readonly receiptHandle: string;
  readonly receiveCount: number;
  readonly firstReceivedAt: number;
}

export interface Counts {
  readonly visible: number;
  /** Received, and hidden until deleted or until the visibility timeout is over. */
  readonly inFlight: number;
  /** Not due for the first time. */
  readonly delayed: number;
}

/** A standard queue in memory; it promises no order. */
export interface MessageQueue {
  readonly settings: Queue;
  /** @param delaySeconds in place of the queue's own */
  readonly send: (body: string, delaySeconds?: number) => Message;
  /**
   * Gives up to `most` due messages, and hides them. One that was received as often as the redrive policy allows
   * goes to the dead-letter queue instead.
   * @param visibilitySeconds in place of the queue's own
   */
  readonly receive: (most: number, visibilitySeconds?: number) => ReceivedMessage[];
  /** Deletes by the handle of the last receipt; an older one deletes nothing. False for no handle of this queue. */
  readonly remove: (receiptHandle: string) => boolean;
  readonly counts: () => Counts;
  readonly purge: () => void;
  /** When the next message becomes visible that is not yet so, in epoch ms. */
  readonly nextDueAt: () => number | undefined;
  /** Tells when each new message is due, in epoch ms. */
  readonly onSent: Subscribe<number>;
  /** Takes over another queue's message, at once visible. */
  readonly adopt: (message: Message) => void;
}

interface Kept {
  readonly message: Message;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt: number | undefined;
  handle: string | undefined;
}

/**
 * Makes a queue.
 * @param deadLetters finds the queue of the redrive policy
 */
export function makeQueue(
  settings: Queue,
  clock: Clock,
  deadLetters: () => MessageQueue | undefined,
): MessageQueue {
  const store = makeStore(settings, clock);

  /** True when the message went to the dead-letter queue. */
  function moved({ message, receiveCount }: Kept): boolean {
    if (settings.redrive === undefined || receiveCount < settings.redrive.maxReceiveCount) return false;
    store.drop(message.id);
    deadLetters()?.adopt(message);
    return true;
  }

  return {
    settings,
    onSent: store.onKept,
    send: (body, delaySeconds = settings.delaySeconds) => {
      const sentAt = clock.now();
      const message = { id: randomUUID(), body, md5: createHash('md5').update(body).digest('hex'), sentAt };
      store.keep(message, sentAt + delaySeconds * 1000);
      return message;
    },
    adopt: (message) => {
      store.keep(message, clock.now());
    },
    receive: (most, visibilitySeconds = settings.visibilityTimeoutSeconds) => {
      const now = clock.now();
      const received: ReceivedMessage[] = [];
      for (const one of store.live()) {
        if (received.length === most) break;
        if (one.visibleAt > now || moved(one)) continue;
        received.push(take(one, now, visibilitySeconds, handleOf(settings, one.message.id)));
      }
      return received;
    },
    remove: (receiptHandle) => {
      const id = messageIdOf(settings, receiptHandle);
      if (id === undefined) return false;
      if (store.get(id)?.handle === receiptHandle) store.drop(id);
      return true;
    },
    counts: () => countsOf(store.live(), clock.now()),
    purge: store.clear,
    nextDueAt: () => nextDueAt(store.live(), clock.now()),
  };
}

interface Store {
  readonly keep: (message: Message, visibleAt: number) => void;
  readonly get: (id: string) => Kept | undefined;
  readonly drop: (id: string) => void;
  readonly clear: () => void;
  /** All that is within its retention; the rest is gone. */
  readonly live: () => Kept[];
  readonly onKept: Subscribe<number>;
}

function makeStore({ retentionSeconds }: Queue, clock: Clock): Store {
  const all = new Map<string, Kept>();
  const listeners = makeListeners<number>();
  return {
    keep: (message, visibleAt) => {
      const unread = { receiveCount: 0, firstReceivedAt: undefined, handle: undefined };
      all.set(message.id, { message, visibleAt, ...unread });
      listeners.emit(visibleAt);
    },
    get: (id) => all.get(id),
    drop: (id) => {
      all.delete(id);
    },
    clear: () => {
      all.clear();
    },
    live: () => {
      const oldest = clock.now() - retentionSeconds * 1000;
      for (const [id, { message }] of all) if (message.sentAt <= oldest) all.delete(id);
      return [...all.values()];
    },
    onKept: listeners.on,
  };
}

function take(one: Kept, now: number, visibilitySeconds: number, receiptHandle: string): ReceivedMessage {
  one.visibleAt = now + visibilitySeconds * 1000;
  one.receiveCount += 1;
  one.firstReceivedAt ??= now;
  one.handle = receiptHandle;
  const { message, receiveCount, firstReceivedAt } = one;
  return { ...message, receiptHandle, receiveCount, firstReceivedAt };
}

function nextDueAt(messages: readonly Kept[], now: number): number | undefined {
  const next = messages.reduce(
    (soonest, { visibleAt }) => (visibleAt > now ? Math.min(soonest, visibleAt) : soonest),
    Infinity,
  );
  return next === Infinity ? undefined : next;
}

function countsOf(messages: readonly Kept[], now: number): Counts {
  const hidden = messages.filter(({ visibleAt }) => visibleAt > now);
  const inFlight = hidden.filter(({ receiveCount }) => receiveCount > 0).length;
  return { visible: messages.length - hidden.length, inFlight, delayed: hidden.length - inFlight };
}

/** Says whose it is, so that an outdated handle, which SQS takes, can be told from one that never was. */
function handleOf({ arn }: Queue, messageId: string): string {
  return Buffer.from(`${arn} ${messageId} ${randomUUID()}`).toString('base64');
}

function messageIdOf({ arn }: Queue, handle: string): string | undefined {
  const [owner, id] = Buffer.from(handle, 'base64').toString('utf8').split(' ');
  return owner === arn ? id : undefined;
}
