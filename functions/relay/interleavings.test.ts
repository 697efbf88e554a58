import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeMemoryStore } from '../../test/memory-store.ts';
import { plenty } from '../../test/plenty.ts';
import { MIN_GAP_MS, SILENCE_MS } from './constants.ts';
import type { Watch } from './delivery.ts';
import { RelayError, unavailable } from './errors.ts';
import { makeRelay } from './relay.ts';
import type { TypingStore } from './typing.ts';
import type { Session } from './upstream.ts';

const T = 1_000_000;

/** What the network does to one message upstream. */
const FATES = [
  'taken',
  'taken',
  'taken',
  'lost',
  'answer lost',
  'taken too late',
  'limited',
  'refused',
  'over',
] as const;
type Fate = (typeof FATES)[number];

const step = fc.record({
  tab: fc.constantFrom('a', 'b'),
  act: fc.constantFrom('on', 'on', 'off', 'leave', 'lost frame', 'queue'),
  /** Milliseconds since the step before; 0 for two of the same millisecond. In all less than `CLOCK_STEP_MS`. */
  gap: fc.oneof(fc.constantFrom(0, 1, 999, 1_000, 4_000), fc.integer({ min: 0, max: 4_000 })),
});
const scenario = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 7 }),
  fates: fc.oneof(fc.constant<Fate[]>([]), fc.array(fc.constantFrom(...FATES), { maxLength: 8 })),
});

/** One guest's session with everything around it, each part of which the scheduler lets go on when it likes. */
function makeWorld(scheduler: fc.Scheduler, fates: Fate[]) {
  const turn = (name: string): Promise<void> => scheduler.schedule(Promise.resolve(), name);
  const clock = { now: T };
  const memory = makeMemoryStore();
  const onsDecided: number[] = [];
  const seen = { shown: false, offsWithoutOn: 0, decidedAfterEnd: 0, onsDecided };
  const watches: Watch[] = [];
  let over = false;

  /** Each operation of the table happens at one moment, somewhere between its call and its answer. */
  const slow =
    <A extends unknown[], R>(name: string, operation: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await turn(`${name} →`);
      const result = await operation(...args);
      await turn(`${name} ←`);
      return result;
    };
  const store: TypingStore = {
    decide: slow('decide', async (session, event, timing) => {
      const decision = await memory.decide(session, event, timing);
      if (decision.send === 'on') onsDecided.push(event.at);
      if (decision.send !== undefined && over) seen.decidedAfterEnd++;
      return decision;
    }),
    read: slow('read', memory.read),
    onFailed: slow('onFailed', memory.onFailed),
    quiet: slow('quiet', memory.quiet),
    end: slow('end', async (session, at) => {
      await memory.end(session, at);
      over = true;
    }),
    settle: slow('settle', memory.settle),
    restate: slow('restate', memory.restate),
    expire: slow('expire', memory.expire),
  };

  async function send(isTyping: boolean): Promise<void> {
    const fate = fates.shift() ?? 'taken';
    if (!isTyping && onsDecided.length === 0) seen.offsWithoutOn++;
    const takeEffect = (): void => {
      seen.shown = isTyping;
    };
    await turn('upstream →');
    if (fate === 'limited')
      throw new RelayError('upstream_rate_limited', 'slow down', { retryAfterMs: 3_000 });
    // An off that is refused for good leaves what it was to end: nothing that anybody could do would help.
    if (fate === 'refused' && isTyping) throw new RelayError('upstream_rejected', 'no');
    if (fate === 'over') throw new RelayError('session_ended', 'over');
    if (fate === 'taken' || fate === 'answer lost') takeEffect();
    if (fate === 'taken too late') void turn('upstream, late').then(takeEffect);
    await turn('upstream ←');
    if (fate !== 'taken') throw unavailable(new Error(fate));
  }

  const session: Session = {
    kind: 'fake',
    key: 'guest',
    timing: 'held',
    message: (isTyping) => ({ via: 'socket', url: 'wss://x', frame: isTyping }),
    check: undefined,
    inbox: undefined,
  };
  const relay = makeRelay({
    store,
    upstream: {
      send: (message) => send(message.via === 'socket' && message.frame === true),
      budget: plenty,
      release: () => undefined,
    },
    openSession: () => Promise.resolve(session),
    watchLater: async (watch) => {
      await turn('queue');
      watches.push(watch);
    },
    tell: () => undefined,
    countFrame: () => Promise.resolve({ flood: false }),
    now: () => clock.now,
    wait: (ms) => {
      clock.now += ms;
      return Promise.resolve();
    },
    warn: () => undefined,
  });
  return { relay, clock, seen, watches, turn, memory };
}

it('in any order of anything, with anything lost, a bubble ends and the rules hold', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), scenario, async (scheduler, { steps, fates }) => {
      const weather = [...fates];
      const { relay, clock, seen, watches, turn, memory } = makeWorld(scheduler, weather);
      let at = T;
      const handled = steps.map(async ({ tab, act, gap }) => {
        at += gap;
        const event = {
          connectionId: tab,
          connectedAt: 0,
          sealedSession: 's',
          requestId: 'r',
          receivedAt: at,
        };
        await turn(`${tab} ${act}`);
        clock.now = Math.max(clock.now, event.receivedAt);
        if (act === 'lost frame') return;
        // The queue brings a watch at any time, and once more later.
        if (act === 'queue') for (const watch of watches.slice(0, 1)) await relay.expire('again', watch);
        else if (act === 'leave') await relay.left(event);
        else
          await relay.typing({
            ...event,
            body: JSON.stringify({ type: 'typing', data: { isTyping: act === 'on' } }),
          });
      });
      await scheduler.waitFor(Promise.all(handled));
      await scheduler.waitIdle();

      // Where every message was taken, the upstream shows what the guest said last, with no help of the queue.
      if (!fates.some((fate) => fate !== 'taken'))
        expect(seen.shown).toBe(memory.states.get('guest')?.shownAt !== undefined);

      // Quiet: nobody types, the upstream is well again, and the queue brings back what it has.
      weather.length = 0;
      for (let round = 0; watches.length > 0; round++) {
        expect(round).toBeLessThan(10);
        clock.now += SILENCE_MS;
        const due = watches.splice(0);
        const expire = async (watch: Watch) => {
          if ((await relay.expire('due', watch)).outcome === 'refused') watches.push(watch);
        };
        await scheduler.waitFor(Promise.all(due.map(expire)));
        await scheduler.waitIdle();
      }

      const ended = memory.states.get('guest')?.endedAt !== undefined;
      if (!ended) expect(seen.shown).toBe(false);
      expect(seen.offsWithoutOn).toBe(0);
      expect(seen.decidedAfterEnd).toBe(0);
      const gaps = seen.onsDecided.slice(1).map((on, index) => on - (seen.onsDecided[index] ?? 0));
      expect(Math.min(MIN_GAP_MS, ...gaps)).toBe(MIN_GAP_MS);
    }),
    { numRuns: 10_000 },
  );
}, 120_000);
