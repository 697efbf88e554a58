import { setTimeout as pause } from 'node:timers/promises';
import { nowMs } from './clock.ts';
import { type Answer, type Call, type Order, order } from './messages.ts';
import { makeSenders, type Sender } from './senders.ts';

/** Stands for a Lambda environment: one event at a time, sockets in module scope, and a clock that can be set forward. */

let aheadMs = 0;
const senders = makeSenders(() => Date.now() + aheadMs);

async function call(sender: Sender, url: string, text: string): Promise<Call> {
  const start = nowMs();
  const error = await sender.send(url, text).then(
    () => undefined,
    (cause: unknown) => String(cause),
  );
  return { text, start, end: nowMs(), ...(error !== undefined && { error }) };
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

async function batch({ sender, url, texts, aheadMs: ahead, pauseMs }: Extract<Order, { kind: 'batch' }>) {
  const calls: Call[] = [];
  let before = 0;
  for (const [index, text] of texts.entries()) {
    aheadMs += ahead;
    const one = await call(senders[sender], url, text);
    await pause(pauseMs);
    if (index === 0) before = cpuMs();
    else calls.push(one);
  }
  return { calls, cpuMs: (cpuMs() - before) / Math.max(1, calls.length) };
}

async function obey(told: Order): Promise<Answer> {
  switch (told.kind) {
    case 'batch':
      return batch(told);
    case 'send': {
      aheadMs += told.aheadMs;
      return { calls: [await call(senders[told.sender], told.url, told.text)], cpuMs: 0 };
    }
    case 'forget':
      for (const { forget } of Object.values(senders)) forget();
      return { calls: [], cpuMs: 0 };
  }
}

process.on('message', (message) => {
  void obey(order.parse(message)).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => {
  process.exit();
});
