import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Invoke } from '../lambda/environments.ts';
import type { Route, Template } from '../template/model.ts';
import type { Gateway, GatewayOptions } from './gateway.ts';
import { startGateway } from './gateway.ts';
import type { TraceEvent } from './trace.ts';

/** The form of connection and request ids. */
export const ID = /^[\w-]{15}=$/;

/** Answers well, and nothing else. */
export const ok = (): unknown => ({ statusCode: 200 });

type Handler = (event: Record<string, unknown>) => unknown;

/** The functions of a test by the name of their route, or `authorizer`. */
export type Handlers = Readonly<Record<string, Handler>>;

type TestRoute = Partial<Route> & { readonly routeKey: string };

/** A template whose routes each have a function of their own, named as the route. */
export function makeTemplate(routes: readonly TestRoute[]): Template {
  return {
    stackName: 'stack',
    region: 'us-east-1',
    account: '000000000000',
    api: {
      id: 'abcdefghij',
      stage: 'live',
      routeSelectionExpression: '$request.body.type',
      routes: new Map(
        routes.map((route) => [
          route.routeKey,
          { functionId: route.routeKey, timeoutMs: 29_000, returnsResponse: false, ...route },
        ]),
      ),
    },
    functions: [],
    tables: [],
    secrets: [],
    queues: [],
    eventSources: [],
    notRun: [],
  };
}

export interface TestGateway extends Gateway {
  /** Every event that a function got, by its route or `authorizer`. */
  readonly events: (name: string) => Record<string, unknown>[];
  /** The first event of a function, as soon as it comes. */
  readonly event: (name: string) => Promise<Record<string, unknown>>;
  readonly trace: TraceEvent[];
}

export interface TestOptions extends Partial<GatewayOptions> {
  /** What is said of a route beyond its handler. */
  readonly routes?: readonly TestRoute[];
}

/** Starts a gateway with one route per handler; it is closed with the test. */
export async function run(handlers: Handlers, options: TestOptions = {}): Promise<TestGateway> {
  const { routes = [], ...rest } = options;
  const plain = Object.keys(handlers)
    .filter((name) => name !== 'authorizer' && !routes.some((route) => route.routeKey === name))
    .map((routeKey) => ({ routeKey }));
  const recorder = makeInvoke(handlers);
  const trace: TraceEvent[] = [];
  const gateway = await startGateway({
    template: makeTemplate([...plain, ...routes]),
    port: 0,
    invoke: recorder.invoke,
    onTrace: (event) => trace.push(event),
    ...rest,
  });
  onTestFinished(gateway.close);
  return { ...gateway, events: recorder.events, event: recorder.event, trace };
}

/** Functions in this process: a throw fails as it does on Lambda. */
function makeInvoke(handlers: Handlers): Pick<TestGateway, 'events' | 'event'> & { invoke: Invoke } {
  const seen: { name: string; event: Record<string, unknown> }[] = [];
  const waiting: { name: string; resolve: (event: Record<string, unknown>) => void }[] = [];
  const invoke: Invoke = async (name, input) => {
    const event = Object.fromEntries(Object.entries(input ?? {}));
    seen.push({ name, event });
    for (const one of waiting) if (one.name === name) one.resolve(event);
    try {
      return { ok: true, value: await handlers[name]?.(event), ms: 1, coldStart: false };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ok: false, error: { type: 'Error', message }, ms: 1, coldStart: false };
    }
  };
  const events = (name: string): Record<string, unknown>[] =>
    seen.filter((one) => one.name === name).map((one) => one.event);
  const event = (name: string): Promise<Record<string, unknown>> => {
    const [first] = events(name);
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => waiting.push({ name, resolve }));
  };
  return { invoke, events, event };
}

export interface TestClient {
  readonly socket: WebSocket;
  /** The next frame, or the close code if the socket ends first. */
  readonly next: () => Promise<unknown>;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly send: (...messages: unknown[]) => void;
}

export interface ClientOptions {
  readonly protocols?: string[];
  readonly headers?: Record<string, string | string[]>;
}

function open(url: string, { protocols = [], headers = {} }: ClientOptions): WebSocket {
  const socket = new WebSocket(url, protocols, { headers });
  onTestFinished(() => {
    socket.terminate();
  });
  return socket;
}

/** Opens a socket and waits until it is up. */
export async function connect(url: string, options: ClientOptions = {}): Promise<TestClient> {
  const socket = open(url, options);
  const frames: unknown[] = [];
  const waiting: ((frame: unknown) => void)[] = [];
  const give = (frame: unknown): void => {
    const resolve = waiting.shift();
    if (resolve === undefined) frames.push(frame);
    else resolve(frame);
  };
  socket.on('message', (data, isBinary) => {
    const frame = Buffer.isBuffer(data) ? data.toString('utf8') : '';
    give(isBinary ? { binary: frame } : frame);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString('utf8') });
      give({ closed: code });
    });
  });
  await once(socket, 'open');
  return {
    socket,
    closed,
    next: () =>
      frames.length > 0 ? Promise.resolve(frames.shift()) : new Promise((resolve) => waiting.push(resolve)),
    send: (...messages) => {
      for (const one of messages) socket.send(typeof one === 'string' ? one : JSON.stringify(one));
    },
  };
}

/** Tries to open a socket and gives the refusal. */
export function refusal(
  url: string,
  options: ClientOptions = {},
): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const socket = open(url, options);
    socket.once('open', () => {
      reject(new Error('the socket opened'));
    });
    socket.once('error', reject);
    socket.once('unexpected-response', (_request, response) => {
      void text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, body: body === '' ? undefined : JSON.parse(body) });
      });
    });
  });
}

/** The AWS SDK against a gateway's `@connections`. */
export function sdk({ callbackUrl }: Gateway): ApiGatewayManagementApiClient {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const settings = { endpoint: callbackUrl, region: 'us-east-1', credentials, maxAttempts: 1 };
  const api = new ApiGatewayManagementApiClient(settings);
  onTestFinished(() => {
    api.destroy();
  });
  return api;
}

/** The id of a gateway's first connection, once its `$connect` runs. */
export async function connectionId({ event }: Pick<TestGateway, 'event'>): Promise<string> {
  const { requestContext } = await event('$connect');
  return String(Object.entries(requestContext ?? {}).find(([key]) => key === 'connectionId')?.[1]);
}
