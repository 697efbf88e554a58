import { makeConnectionId, makeRequestId } from '../../local/gateway/ids.ts';
import { requestTime } from '../../local/gateway/lambda-events.ts';
import { type Kind, type Say, SPECS } from './kinds.ts';
import type { FarEnd } from './far-end.ts';
import { SEALS, type Side } from './sealing.ts';

/** One MESSAGE event, as API Gateway hands it to the function. */
export type MessageEvent = Readonly<Record<string, unknown>>;

/** Frames of guests, and when the first of them came (epoch milliseconds). */
export interface Script {
  events: MessageEvent[];
  from: number;
  /** Milliseconds that the clock of the environment goes on before each turn, of an "on" or an "off" of each guest. */
  stepMs: number;
}

/** Makes frames of one kind, each of which has to be forwarded. */
export interface Writer {
  /** The next frames, of guests in turn: all "on", all "off", or a turn of each. */
  write: (side: Side, turns: number, says?: readonly Say[]) => Script;
}

/**
 * A guest's next frame comes so much later: neither too soon after the one before, nor coalesced. Times run ahead of
 * the clock, so that nobody has to wait; a frame's age counts only where it lies in the past. The environment's own
 * clock goes on with them: what looks at how long it was idle, such as a kept socket, finds what it would find.
 */
export const STEP_MS = 6_000;

const FRAMES: Readonly<Record<Say, string>> = {
  on: '{"type":"typing","data":{"isTyping":true}}',
  off: '{"type":"typing","data":{"isTyping":false}}',
};

interface Typist {
  connectionId: string;
  connectedAt: number;
  /** As each side's authorizer hands it on. */
  authorizers: Readonly<Record<Side, { principalId: string; session: string }>>;
}

/**
 * @param guests how many take turns: the sessions that one environment has to do with
 * @param stepMs what passes by the environment's own clock between two frames of a guest; 0 for back to back
 * @throws Error when the far side has not as many
 */
export async function makeWriter(
  { ready, time }: Pick<FarEnd, 'ready' | 'time'>,
  kind: Kind,
  guests: number,
  stepMs = STEP_MS,
): Promise<Writer> {
  const spec = SPECS[kind];
  const some = spec.guests(ready).slice(0, guests);
  if (some.length < guests) throw new Error(`the far side has no ${guests} guests`);
  const connectedAt = Date.now() - 60_000;
  const typists = await Promise.all(
    some.map(async (guest, index): Promise<Typist> => {
      const principalId = `guest-${index}`;
      const claims = { sub: principalId, upstream: { kind, ...spec.session(guest) } };
      const [ours, usual] = await Promise.all([
        SEALS.ours(ready.keys, claims),
        SEALS.usual(ready.keys, claims),
      ]);
      const authorizers = { ours: { principalId, session: ours }, usual: { principalId, session: usual } };
      return { connectionId: makeConnectionId(), connectedAt, authorizers };
    }),
  );

  function eventOf({ connectionId, authorizers }: Typist, side: Side, say: Say): MessageEvent {
    const requestId = makeRequestId();
    const requestContext = {
      ...ready.event.requestContext,
      connectionId,
      connectedAt,
      requestId,
      extendedRequestId: requestId,
      messageId: makeRequestId(),
      requestTime: requestTime(time.at),
      requestTimeEpoch: time.at,
      authorizer: authorizers[side],
    };
    return { ...ready.event, requestContext, body: FRAMES[say] };
  }

  return {
    write(side, turns, says = spec.held ? ['on', 'off'] : ['on']) {
      const from = time.at + STEP_MS;
      const events: MessageEvent[] = [];
      for (let turn = 0; turn < turns; turn++)
        for (const say of says) {
          time.at += STEP_MS;
          for (const typist of typists) events.push(eventOf(typist, side, say));
        }
      return { events, from, stepMs };
    },
  };
}
