import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { TICKET_LIFE_S } from '../../functions/relay/constants.ts';
import { sealTicket } from '../../functions/relay/ticket.ts';
import { ticketKeys } from '../../functions/relay/ticket-keys.ts';
import { makeProgress, type Screen } from '../simulate/progress.ts';
import type { Flags } from './flags.ts';
import { type Ledger, makeLedger } from './ledger.ts';
import { type LocalRun, startLocalRun } from './local-run.ts';
import { makeOrg, type Org } from './org.ts';
import { type Person, startPerson } from './person.ts';

/** What the local run needed at one moment. */
export interface Sample {
  /** Seconds since the measuring began. */
  at: number;
  /** Bytes, resident. */
  memory: number;
  openFiles: number | undefined;
  upstreamSockets: number;
}

export interface Outcome {
  connections: number;
  openedPerSecond: number;
  /** Of the measuring, as it was. */
  seconds: number;
  /** Frames that clients sent, refreshes included. */
  frames: number;
  /** Milliseconds from client frame to upstream frame, of each message that was relayed, in order. */
  latencies: number[];
  /** Bubbles that the relay ended by itself. */
  silences: number;
  /** Upstream frames that came once more. */
  repeated: number;
  samples: Sample[];
  /** What went wrong, and how often. */
  errors: Map<string, number>;
}

/** More at a time would only make more environments start at once, which a small machine does no faster. */
const OPENING_AT_A_TIME = 8;
const WARM_UP_MS = 30_000;
const END_OVER_MS = 20_000;
const BATCH = 50;
const ASKED_EVERY_MS = 250;
const SAMPLED_EVERY_MS = 1_000;
/** How long the last messages have to come upstream. */
const LAST_MS = 15_000;

/** Runs the load against a local run of its own, which is ended again whatever happens. */
export async function runLoad(flags: Flags, screen: Screen, signal: AbortSignal): Promise<Outcome> {
  screen.write('Starting the local run …\n');
  const local = await startLocalRun(flags.environments);
  const errors = new Map<string, number>();
  const error = (what: string): void => {
    errors.set(what, (errors.get(what) ?? 0) + 1);
  };
  const all: Load = { local, org: makeOrg(local.genesys), ledger: makeLedger(), people: [], error, signal };
  const watching = new AbortController();
  const watched = watchOrg(all, watching.signal);
  try {
    return { ...(await load(all, flags, screen)), errors };
  } finally {
    for (const person of all.people) person.rest();
    watching.abort();
    await watched;
    const status = await local.end();
    if (status !== 0) error(`the local run exited with status ${status}`);
    for (const line of local.logged) if (line !== 'Ended.') error(`log: ${line}`);
  }
}

interface Load {
  local: LocalRun;
  org: Org;
  ledger: Ledger;
  people: Person[];
  error: (what: string) => void;
  signal: AbortSignal;
}

async function load(all: Load, flags: Flags, screen: Screen): Promise<Omit<Outcome, 'errors'>> {
  const { ledger, people, error, signal } = all;
  const openedPerSecond = await openAll(all, flags, screen);
  for (const person of people) person.type();
  screen.write('All begin to type …\n');
  await delay(Math.min(WARM_UP_MS, 1_000 * flags.seconds), undefined, { signal });
  const since = Date.now();
  const samples = await measure(all, flags.seconds, screen);
  const until = Date.now();
  await oneByOne(people, signal, (person) => {
    person.rest();
  });
  const deadline = Date.now() + LAST_MS;
  while (ledger.close().owed > 0 && Date.now() < deadline) await delay(ASKED_EVERY_MS, undefined, { signal });
  const { relayed, frames, owed, endedEarly, silences, repeated } = ledger.close();
  for (let count = 0; count < owed; count += 1) error('a message that never came upstream');
  for (let count = 0; count < endedEarly; count += 1) error('a bubble that ended before its time');
  if (relayed.length === 0) error('nothing was relayed');
  await oneByOne(people, signal, (person) => {
    void person.leave();
  });
  return {
    connections: people.length,
    openedPerSecond,
    seconds: (until - since) / 1_000,
    frames: frames.filter((at) => at >= since && at < until).length,
    latencies: relayed
      .filter(({ at }) => at >= since && at < until)
      .map(({ ms }) => ms)
      .sort((one, other) => one - other),
    silences,
    repeated,
    samples,
  };
}

/** All at once would be a burst that no crowd makes. */
async function oneByOne(
  people: readonly Person[],
  signal: AbortSignal,
  act: (person: Person) => void,
): Promise<void> {
  for (const [index, person] of people.entries()) {
    act(person);
    if (index % BATCH === 0) await delay((END_OVER_MS * BATCH) / people.length, undefined, { signal });
  }
}

async function watchOrg({ org, ledger, error }: Load, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for (const { conversationId, isTyping, at } of await org.arrivals())
        ledger.arrived(conversationId, isTyping, at);
      // In batches: asked for each message, the org would have more to answer than to be told.
      await delay(ASKED_EVERY_MS);
    } catch (cause) {
      error(`the org could not be asked: ${String(cause)}`);
      return;
    }
  }
}

/** @returns connections opened a second */
async function openAll(
  all: Load,
  { connections, seed, restSeconds }: Flags,
  screen: Screen,
): Promise<number> {
  const { local, org, ledger, people, error, signal } = all;
  const keys = ticketKeys.parse(JSON.parse(await readFile(local.ticketKeyFile, 'utf8')));
  const progress = makeProgress(screen, connections, () => performance.now(), 'connections');
  let next = 0;
  async function openSome(): Promise<void> {
    while (next < connections && !signal.aborted) {
      const index = next;
      next += 1;
      const { conversationId, socketUrl } = await org.newGuest();
      const iat = Math.floor(Date.now() / 1_000);
      const upstream = { kind: 'typing-frame', socketUrl } as const;
      const claims = { sub: 'load', iat, exp: iat + TICKET_LIFE_S, jti: randomUUID(), upstream };
      const person = startPerson({
        gateway: local.gateway,
        ticket: await sealTicket(keys, claims),
        index,
        people: connections,
        seed,
        restMs: 1_000 * restSeconds,
        onFrame: (isTyping, at) => {
          ledger.sent(conversationId, isTyping, at);
        },
        onError: error,
      });
      await person.then(
        (one) => people.push(one),
        (cause: unknown) => {
          error(`connection refused: ${String(cause)}`);
        },
      );
      progress.add(1);
    }
  }
  await Promise.all(Array.from({ length: OPENING_AT_A_TIME }, openSome));
  const took = progress.end();
  signal.throwIfAborted();
  return people.length / took;
}

async function measure({ local, org, signal }: Load, seconds: number, screen: Screen): Promise<Sample[]> {
  const progress = makeProgress(screen, seconds, () => performance.now(), 'seconds measured');
  const began = performance.now();
  const samples: Sample[] = [];
  const at = (): number => (performance.now() - began) / 1_000;
  while (at() < seconds) {
    const before = at();
    const [memory, openFiles, upstreamSockets] = await Promise.all([
      local.memory(),
      local.openFiles(),
      org.openSockets(),
    ]);
    samples.push({ at: before, memory, openFiles, upstreamSockets });
    await delay(Math.max(0, SAMPLED_EVERY_MS - 1_000 * (at() - before)), undefined, { signal });
    progress.add(at() - before);
  }
  progress.end();
  return samples;
}
