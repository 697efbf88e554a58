import { makeGenesysApi } from '../../functions/ports/genesys-api.ts';
import type { SendHttp } from '../../functions/ports/http.ts';
import { makeUpstreamPort } from '../../functions/ports/upstream.ts';
import type { UpstreamPort } from '../../functions/relay/delivery.ts';
import { unavailable } from '../../functions/relay/errors.ts';
import { makeQuota, REQUESTS_PER_MINUTE } from '../../local/genesys/quota.ts';
import { after, epoch, HOPS, LOSS } from '../simulate/aws.ts';
import type { Clock } from '../simulate/clock.ts';
import type { Random } from '../simulate/random.ts';
import type { Weather } from '../simulate/weather.ts';
import type { Ledger } from './counts.ts';
import { chatOf, conversationAnswer, type Way } from './upstreams.ts';

/** Genesys, and the way to it, for all environments of a run: one service account, one token. */
export interface FarEnd {
  /** The upstream port of one environment, with what that environment knows of the budget. */
  connect: () => { upstream: UpstreamPort; warmUp: () => Promise<void> };
}

export interface FarEndPorts {
  clock: Clock;
  random: Random;
  weather: Weather;
  way: Way;
  ledger: Ledger;
  /** Platform API requests a minute of the token; Infinity where the limit is not looked at. */
  requestsPerMinute?: number;
  /** A message takes effect. */
  takesEffect: (chat: string, isTyping: boolean) => void;
  /** A message went out at this time; one that `isLost` never takes effect. */
  called?: ((at: number, isLost: boolean) => void) | undefined;
}

const TOKEN = { value: 'token', issuedAt: 0, endsAt: Infinity };

/** A held upstream's "off": `false` in a frame, `connected` as a state. */
const isOff = (text: string): boolean => /"isTyping":false|"state":"connected"/.test(text);

export function makeFarEnd(ports: FarEndPorts): FarEnd {
  const { clock, random, weather, way, ledger, takesEffect } = ports;
  const allowed = ports.requestsPerMinute ?? REQUESTS_PER_MINUTE;
  const quota = makeQuota(clock.now);
  const { fixedMs, shape } = HOPS.upstream;
  const oneWay = (): number => fixedMs + random.gamma(shape, weather.jitterMs);

  /** Loses some: half of what fails took effect, and the caller waits for as long as it may. */
  async function deliver(text: string, deadline: number, trips: number): Promise<void> {
    ledger.count('calls');
    const start = clock.now();
    // The message is on its last trip when all others are over.
    const there = start + Math.max(0, trips - 1) * 2 * fixedMs + oneWay();
    const fails = random.next() < weather.loss * LOSS.upstream;
    const isLost = fails && random.next() >= 0.5;
    ports.called?.(start, isLost);
    if (!isLost)
      clock.at(there, () => {
        takesEffect(chatOf(text), !isOff(text));
      });
    if (fails) {
      await after(clock, Math.max(0, deadline - epoch(start)));
      throw new Error('lost');
    }
    if (trips > 0) await after(clock, there + fixedMs - start);
  }

  const http: SendHttp = async ({ method, url, body = '', deadline }) => {
    ledger.count('requests');
    const { over, count, resetSeconds } = quota.spend(allowed);
    const headers = Number.isFinite(allowed)
      ? {
          'inin-ratelimit-count': String(count),
          'inin-ratelimit-allowed': String(allowed),
          'inin-ratelimit-reset': String(resetSeconds),
        }
      : {};
    if (over) {
      ledger.count('limited');
      await after(clock, oneWay() + fixedMs);
      return { status: 429, headers: { ...headers, 'retry-after': String(resetSeconds) }, body: '{}' };
    }
    if (method === 'POST') await deliver(url + body, deadline, 1);
    else await after(clock, oneWay() + fixedMs);
    const isQuestion = method === 'GET' && url.includes('/conversations/');
    return { status: 200, headers, body: isQuestion ? conversationAnswer(chatOf(url)) : '{}' };
  };

  async function say(text: string, deadline: number): Promise<void> {
    await deliver(text, deadline, way.roundTrips).catch((error: unknown) => {
      throw unavailable(error);
    });
    await after(clock, way.waitMs);
  }

  return {
    connect() {
      const token = { get: () => Promise.resolve(TOKEN), replace: () => Promise.resolve(TOKEN) };
      const now = (): number => epoch(clock.now());
      const api = makeGenesysApi({ apiUrl: '', token, http, now });
      const upstream = makeUpstreamPort({
        api,
        sockets: { send: (url, frame, deadline) => say(url + frame, deadline), close: () => undefined },
        webMessaging: {
          send: (message, deadline) => say(JSON.stringify(message), deadline),
          close: () => undefined,
        },
      });
      return { upstream, warmUp: () => api.warmUp(now() + 3_000).catch(() => undefined) };
    },
  };
}
