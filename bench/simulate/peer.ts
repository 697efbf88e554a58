import type { Conversation, Draft } from './guest.ts';
import { type History, makeFarSide } from './history.ts';
import type { Policy } from './policies.ts';
import type { Random } from './random.ts';
import { DELAY_MS, FAULT_MS, type Weather } from './weather.ts';

type Frame = History['frames'][number];

/** The client of a policy, and when it says what. @param cuts when its connection broke, for {@link FAULT_MS} each */
function makeClient(policy: Policy, cuts: readonly number[]) {
  const { refresh, idle = Infinity, firstAfter = 0 } = policy;
  const frames: Frame[] = [];
  const back = cuts.map((cut) => cut + FAULT_MS);
  let lastOn = -Infinity;
  let idleAt = Infinity;
  let pendingOn = Infinity;

  function on(at: number): void {
    frames.push({ at, on: true });
    lastOn = at;
    pendingOn = Infinity;
  }
  function off(at: number): void {
    frames.push({ at, on: false });
    forget();
  }
  function forget(): void {
    lastOn = -Infinity;
    idleAt = Infinity;
    pendingOn = Infinity;
  }
  /** What happened to it before this moment: a client that connects again starts anew. */
  function tick(before: number): void {
    for (let [open] = back; open !== undefined && open < before; [open] = back) {
      back.shift();
      runTimers(open);
      forget();
    }
    runTimers(before);
  }
  function runTimers(before: number): void {
    if (pendingOn < before) on(pendingOn);
    if (policy.timer) while (lastOn >= 0 && lastOn + refresh < Math.min(before, idleAt)) on(lastOn + refresh);
    if (idleAt < before && lastOn >= 0) off(idleAt);
  }
  function key(at: number): void {
    tick(at);
    if (at - lastOn >= refresh || lastOn < 0) {
      if (lastOn < 0 && firstAfter > 0) pendingOn = Math.min(pendingOn, at + firstAfter);
      else on(at);
    }
    idleAt = at + idle;
  }
  function sent(at: number): void {
    tick(at);
    if (policy.offOnSend && lastOn >= 0) off(at);
    else if (policy.newOnSend || policy.offOnSend) forget();
    else pendingOn = Infinity;
    idleAt = policy.outlivesMessage ? idleAt : Infinity;
  }
  return { frames, key, sent, tick };
}

/** A client that debounces says "on" once no key came for a while. */
function debounced({ keys, end, how }: Draft, debounce: number, frames: Frame[]): void {
  keys.forEach((key, place) => {
    const next = keys[place + 1] ?? (how === 'abandoned' ? Infinity : end);
    if (next - key > debounce) frames.push({ at: key + debounce, on: true });
  });
}

/** What a policy's client says in a conversation, and when; also what falls into a cut of its connection. */
export function framesOf(
  policy: Policy,
  { drafts, end }: Conversation,
  cuts: readonly number[] = [],
): Frame[] {
  const client = makeClient(policy, cuts);
  for (const draft of drafts) {
    if (policy.debounce !== undefined) {
      debounced(draft, policy.debounce, client.frames);
      continue;
    }
    for (const key of draft.keys) client.key(key);
    if (draft.how === 'sent') client.sent(draft.end);
    if (draft.how === 'crashed') {
      client.tick(draft.end);
      return client.frames;
    }
  }
  client.tick(end);
  return client.frames;
}

/** Whether one of the faults that began with a draft is on at this moment. */
const isDuring = (faults: readonly number[], at: number): boolean =>
  faults.some((fault) => at >= fault && at < fault + FAULT_MS);

interface Arrival {
  at: number;
  what: 'on' | 'off' | 'message';
}

/**
 * Replays one conversation through the model of a policy. Each frame goes its way by itself and may overtake another;
 * there is no order guard. A client that vanishes is ended by the far side's expiry only.
 */
export function runPeer(
  policy: Policy,
  conversation: Conversation,
  weather: Weather,
  random: Random,
): History {
  const { drafts, end } = conversation;
  const faults = drafts.flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
  const arrives = (at: number): number => at + DELAY_MS + random.exponential(weather.jitterMs);
  const offline = weather.fault === 'disconnect' ? faults : [];
  const refused = weather.fault === 'limit' ? faults : [];
  const frames = framesOf(policy, conversation, offline).filter(
    // Nothing is sent into a socket that is known to be dead.
    ({ at }) => at < end && !isDuring(offline, at),
  );

  const arrivals: Arrival[] = [];
  for (const { at, on } of frames) {
    const arrival = arrives(at);
    const lost = random.next() < weather.loss || isDuring(refused, at);
    if (!lost) arrivals.push({ at: arrival, what: on ? 'on' : 'off' });
  }
  for (const draft of drafts)
    if (draft.how === 'sent') arrivals.push({ at: arrives(draft.end), what: 'message' });
  arrivals.sort((one, other) => one.at - other.at);

  const far = makeFarSide(policy.expiry, !policy.outlivesMessage);
  for (const { at, what } of arrivals) if (at < end) far[what](at);
  return { drafts, end, shown: far.close(end), calls: frames.map(({ at }) => at), frames };
}
