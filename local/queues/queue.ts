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
  /** How many are visible: of the counts, the one that is known without a look at each message. */
  readonly visible: () => number;
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
      for (const one of store.visible()) {
        if (received.length === most) break;
        if (moved(one)) continue;
        store.hide(one, now + visibilitySeconds * 1000);
        received.push(receipt(one, now, handleOf(settings, one.message.id)));
      }
      return received;
    },
    remove: (receiptHandle) => {
      const id = messageIdOf(settings, receiptHandle);
      if (id === undefined) return false;
      if (store.get(id)?.handle === receiptHandle) store.drop(id);
      return true;
    },
    counts: () => {
      const visible = store.visible().size;
      const inFlight = store.hidden().filter(({ receiveCount }) => receiveCount > 0).length;
      return { visible, inFlight, delayed: store.hidden().length - inFlight };
    },
    visible: () => store.visible().size,
    purge: store.clear,
    nextDueAt: () => {
      store.visible();
      return store.hidden()[0]?.visibleAt;
    },
  };
}

interface Store {
  readonly keep: (message: Message, visibleAt: number) => void;
  readonly get: (id: string) => Kept | undefined;
  readonly drop: (id: string) => void;
  /** Takes a visible one out of sight. */
  readonly hide: (one: Kept, visibleAt: number) => void;
  readonly clear: () => void;
  /** Those that can be received now, and are within their retention; may be hidden or dropped while it is gone through. */
  readonly visible: () => ReadonlySet<Kept>;
  /** The others, the next to become visible first; as of the last look at what is visible. */
  readonly hidden: () => readonly Kept[];
  readonly onKept: Subscribe<number>;
}

function makeStore({ retentionSeconds }: Queue, clock: Clock): Store {
  const all = new Map<string, Kept>();
  const visible = new Set<Kept>();
  // In the order of their times: thousands may be delayed, and each message of theirs looks for the next.
  const hidden: Kept[] = [];
  const listeners = makeListeners<number>();
  let oldestSentAt = Infinity;

  function hide(one: Kept, visibleAt: number): void {
    visible.delete(one);
    one.visibleAt = visibleAt;
    hidden.splice(dueBy(hidden, visibleAt), 0, one);
  }
  function drop(id: string): void {
    const one = all.get(id);
    if (one === undefined) return;
    all.delete(id);
    if (!visible.delete(one)) hidden.splice(hidden.lastIndexOf(one, dueBy(hidden, one.visibleAt)), 1);
  }
  function dropOld(): void {
    const oldest = clock.now() - retentionSeconds * 1000;
    if (oldestSentAt > oldest) return;
    oldestSentAt = Infinity;
    for (const [id, { message }] of all) {
      if (message.sentAt <= oldest) drop(id);
      else oldestSentAt = Math.min(oldestSentAt, message.sentAt);
    }
  }
  return {
    keep: (message, visibleAt) => {
      const one: Kept = {
        message,
        visibleAt,
        receiveCount: 0,
        firstReceivedAt: undefined,
        handle: undefined,
      };
      all.set(message.id, one);
      oldestSentAt = Math.min(oldestSentAt, message.sentAt);
      hide(one, visibleAt);
      listeners.emit(visibleAt);
    },
    get: (id) => all.get(id),
    drop,
    hide,
    clear: () => {
      all.clear();
      visible.clear();
      hidden.length = 0;
    },
    visible: () => {
      dropOld();
      for (const one of hidden.splice(0, dueBy(hidden, clock.now()))) visible.add(one);
      return visible;
    },
    hidden: () => hidden,
    onKept: listeners.on,
  };
}

/** How many become visible at a time or before, of those that stand in the order of their times. */
function dueBy(hidden: readonly Kept[], time: number): number {
  let [low, high] = [0, hidden.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hidden[middle]?.visibleAt ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function receipt(one: Kept, now: number, receiptHandle: string): ReceivedMessage {
  one.receiveCount += 1;
  one.firstReceivedAt ??= now;
  one.handle = receiptHandle;
  const { message, receiveCount, firstReceivedAt } = one;
  return { ...message, receiptHandle, receiveCount, firstReceivedAt };
}

/** Says whose it is, so that an outdated handle, which SQS takes, can be told from one that never was. */
function handleOf({ arn }: Queue, messageId: string): string {
  return Buffer.from(`${arn} ${messageId} ${randomUUID()}`).toString('base64');
}

function messageIdOf({ arn }: Queue, handle: string): string | undefined {
  const [owner, id] = Buffer.from(handle, 'base64').toString('utf8').split(' ');
  return owner === arn ? id : undefined;
}
