import { onTestFinished } from 'vitest';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { Invoke } from '../lambda/environments.ts';
import type { HttpApi } from '../template/model.ts';
import type { HttpApiOptions, RunningHttpApi } from './http-api.ts';
import { startHttpApi } from './http-api.ts';

const Event = z.record(z.string(), z.unknown());
type Event = z.infer<typeof Event>;

/** The functions of a test by their route key. */
export type Handlers = Readonly<Record<string, (event: Event) => unknown>>;

export interface TestOptions extends Partial<Omit<HttpApi, 'routes'>> {
  readonly port?: number;
  readonly clock?: Clock;
  /** In place of the handlers. */
  readonly invoke?: Invoke;
  readonly timeoutMs?: number;
  readonly trace?: HttpApiOptions['trace'];
}

export interface TestHttpApi extends RunningHttpApi {
  /** Every event that a function got. */
  readonly events: Event[];
  /** The first of them, as soon as it comes. */
  readonly event: Promise<Event>;
}

/** Starts an API with one route per handler; it is closed with the test. */
export async function run(handlers: Handlers, options: TestOptions = {}): Promise<TestHttpApi> {
  const { port = 0, clock = systemClock, timeoutMs = 30_000, invoke, trace, ...own } = options;
  const routes = Object.keys(handlers).map((routeKey) => ({ routeKey, functionId: routeKey, timeoutMs }));
  const recorder = makeInvoke(handlers);
  const api = await startHttpApi({
    template: { region: 'us-east-1', account: '000000000000', functions: [] },
    ...(trace && { trace }),
    api: { id: 'abcdefghij', stage: '$default', routes, ...own },
    port,
    clock,
    invoke: invoke ?? recorder.invoke,
  });
  onTestFinished(api.close);
  return { ...api, events: recorder.events, event: recorder.event };
}

/** Functions in this process: what goes in and out is JSON, and a throw fails as it does on Lambda. */
function makeInvoke(handlers: Handlers): Pick<TestHttpApi, 'events' | 'event'> & { invoke: Invoke } {
  const events: Event[] = [];
  let tell: (event: Event) => void;
  const event = new Promise<Event>((resolve) => (tell = resolve));
  const invoke: Invoke = async (name, input) => {
    const copy = Event.parse(JSON.parse(JSON.stringify(input)));
    events.push(copy);
    tell(copy);
    try {
      const value: unknown = await handlers[name]?.(copy);
      return { ok: true, value: JSON.parse(JSON.stringify(value ?? null)), ms: 1, coldStart: false };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ok: false, error: { type: 'Error', message }, ms: 1, coldStart: false };
    }
  };
  return { invoke, events, event };
}

/** The head of a request that ends its connection. */
export const head = (line: string, ...headers: string[]): string =>
  [`${line} HTTP/1.1`, 'Host: test', 'Connection: close', ...headers, '', ''].join('\r\n');
