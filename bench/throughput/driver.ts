import { inspect } from 'node:util';
import { type Crowd, type Guest, openCrowd, restedFirst } from './crowd.ts';
import { typeFor } from './typing.ts';
import { type Order, order, type Report } from './wire.ts';

/** The clients, in a process of their own: what they cost is not what is measured. */

let crowd: Crowd | undefined;
/** In the order of their turns. */
let guests: readonly Guest[] = [];

async function obey(what: Order): Promise<Report> {
  if (what.do === 'open') {
    const began = performance.now();
    crowd = await openCrowd(what.crowd);
    ({ guests } = crowd);
    const seconds = (performance.now() - began) / 1_000;
    return { done: 'open', open: crowd.guests.length, seconds, trouble: crowd.trouble() };
  }
  if (crowd === undefined) throw new Error('nobody has a connection yet');
  crowd.trouble();
  const account = await typeFor(guests, crowd.org, what.typing);
  guests = restedFirst(guests, account.sessions);
  return { done: 'type', account: { ...account, trouble: { ...account.trouble, ...crowd.trouble() } } };
}

process.on('message', (data) => {
  obey(order.parse(data)).then(
    (report) => process.send?.(report),
    (error: unknown) => process.send?.({ done: 'failed', error: inspect(error) } satisfies Report),
  );
});
// Whoever started it has ended.
process.on('disconnect', () => {
  crowd?.close();
  process.exit();
});
