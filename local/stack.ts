import { startAws } from './aws/aws.ts';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { Closers } from './closers.ts';
import { startAll } from './closers.ts';
import type { Gateway, GatewayOptions } from './gateway/gateway.ts';
import { startGateway } from './gateway/gateway.ts';
import type { TraceEvent } from './gateway/trace.ts';
import { type HttpApiOptions, startHttpApi } from './http-api/http-api.ts';
import { type EnvironmentsOptions, type Invoke, makeEnvironments } from './lambda/environments.ts';
import { readLogLine } from './lambda/log-lines.ts';
import type { StartRuntime } from './lambda/runtime.ts';
import { startOnPort } from './listen.ts';
import type { Subscribe } from './listeners.ts';
import { makeListeners } from './listeners.ts';
import { startEventSources } from './queues/event-sources.ts';
import type { LambdaFunction, Template } from './template/model.ts';

export interface StackOptions {
  readonly template: Template;
  /** 0 takes any free port; a taken one is replaced by a free one. */
  readonly ports: { readonly gateway: number; readonly http: number };
  /** Values for secrets, by name or logical id, over the generated ones. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What goes on, for a person: a port that was taken. */
  readonly tell: (text: string) => void;
  /** One line of a function's log. */
  readonly onLog: NonNullable<EnvironmentsOptions['onLog']>;
  /**
   * Has the functions tell the trace what became of each event. They do so at debug, whatever their own level; what
   * that lets through is logged, and no more.
   */
  readonly tracesFunctions?: boolean;
  readonly gateway?: Pick<GatewayOptions, 'limits' | 'random'>;
  /** Of the APIs and the queues; this machine's by default. Functions go by their own. */
  readonly clock?: Clock;
  /** Of one function at a time; 20 by default. */
  readonly environments?: number;
  /** What runs the functions' code; worker threads by default. */
  readonly startRuntime?: StartRuntime;
}

/** A synthesised stack that runs on this machine. */
export interface RunningStack {
  /** `ws://127.0.0.1:PORT/STAGE` */
  readonly gateway: string;
  /** `http://127.0.0.1:PORT`, with `/STAGE` unless that is `$default`; only where the stack has an HTTP API. */
  readonly http?: string;
  /** The local AWS endpoints. */
  readonly aws: string;
  /** A secret's current value, by ARN, name or logical id. Throws when there is none. */
  readonly secretValue: (id: string) => string;
  /** Starts an environment of each function that a client's connection or typing goes through, where it has none. */
  readonly warm: () => void;
  /** A function's next event runs the code that its bundle then has; by logical id. */
  readonly renew: (functionId: string) => void;
  /** Tells the steps on the way of each message. */
  readonly onTrace: Subscribe<TraceEvent>;
  /** Ends a client's connection as a network does that vanishes; false where there is none. */
  readonly cut: Gateway['cut'];
  /** Ends every server, function and socket. */
  readonly close: () => Promise<void>;
}

/** Runs what a template says: its APIs and functions, and what these use of AWS. */
export function startStack(options: StackOptions): Promise<RunningStack> {
  return startAll((add) => start(options, add));
}

async function start(options: StackOptions, add: Closers['add']): Promise<Omit<RunningStack, 'close'>> {
  const { template, ports, secrets = {}, tell, onLog, clock = systemClock } = options;
  const aws = add(await startAws({ template, secrets, clock }));
  // The gateway's port is known only once it listens, and the functions need it: their first event comes later.
  const endpoints: Record<string, string> = {
    AWS_ENDPOINT_URL: aws.url,
    // The functions target Lambda's Node 24: that this machine's is older is no news to them.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const { functions } = template;
  const trace = makeListeners<TraceEvent>();
  const { invoke, renew, warm, close } = makeEnvironments({
    functions: options.tracesFunctions === true ? functions.map(atDebug) : functions,
    extraEnvironment: endpoints,
    onLog: makeLogReader(functions, onLog, trace.emit),
    ...(options.environments !== undefined && { limits: { environments: options.environments } }),
    ...(options.startRuntime && { startRuntime: options.startRuntime }),
  });
  add({ close });
  const gateway = add(
    await startOnPort(
      ports.gateway,
      (port) => startGateway({ ...options.gateway, template, clock, port, invoke, onTrace: trace.emit }),
      takenBy(tell, 'gateway'),
    ),
  );
  endpoints['AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI'] = gateway.callbackUrl;
  const http = await serveHttpApi(options, { invoke, trace: trace.emit }, add);
  const fromQueue = tracing(template, invoke, clock, trace.emit);
  add(startEventSources({ template, queues: aws.queues, invoke: fromQueue, clock }));
  return {
    gateway: gateway.url,
    ...http,
    aws: aws.url,
    secretValue: aws.secretValue,
    warm: () => {
      functionsOnTheWay(template).forEach(warm);
    },
    renew,
    onTrace: trace.on,
    cut: gateway.cut,
  };
}

type Trace = (event: TraceEvent) => void;

/** Routes that no connection and no typing goes by. */
const ASIDE: readonly string[] = ['$disconnect', '$default'];

/** By logical id, those that come first on the way of a message first. */
function functionsOnTheWay({ api, httpApi }: Template): Set<string> {
  const routes = [...api.routes.values()].filter(({ routeKey }) => !ASIDE.includes(routeKey));
  const authorizers = routes.flatMap(({ authorizer }) => authorizer ?? []);
  return new Set([...authorizers, ...routes, ...(httpApi?.routes ?? [])].map(({ functionId }) => functionId));
}

/** At debug the functions tell what became of each event. */
function atDebug(fn: LambdaFunction): LambdaFunction {
  return fn.logFormat === 'JSON' ? { ...fn, logLevel: 'DEBUG' } : fn;
}

/** Takes what the functions say of each event into the trace, and hands on what they would log on AWS. */
function makeLogReader(
  functions: readonly LambdaFunction[],
  onLog: StackOptions['onLog'],
  trace: Trace,
): StackOptions['onLog'] {
  const byName = new Map(functions.map((fn) => [fn.functionName, fn]));
  return (entry) => {
    const fn = byName.get(entry.functionName);
    const { isLogged, step } = readLogLine(entry.line, fn?.name ?? entry.functionName, fn?.logLevel);
    if (step !== undefined) trace(step);
    if (isLogged) onLog(entry);
  };
}

/** Tells of what queues invoke: no request of a client is behind it. */
function tracing({ functions }: Template, invoke: Invoke, clock: Clock, trace: Trace): Invoke {
  const names = new Map(functions.map(({ logicalId, name }) => [logicalId, name]));
  return async (functionId, event) => {
    const result = await invoke(functionId, event);
    const { ok, ms, coldStart } = result;
    const name = names.get(functionId) ?? functionId;
    trace({ kind: 'invoke', at: clock.now(), routeKey: 'queue', function: name, ms, coldStart, ok });
    return result;
  };
}

/** Serves the template's HTTP API, where it has one. */
async function serveHttpApi(
  { template, ports, tell, clock = systemClock }: StackOptions,
  run: Pick<HttpApiOptions, 'invoke' | 'trace'>,
  add: Closers['add'],
): Promise<{ http?: string }> {
  const { httpApi: api } = template;
  if (api === undefined) return {};
  const start = (port: number) => startHttpApi({ template, api, port, clock, ...run });
  return { http: add(await startOnPort(ports.http, start, takenBy(tell, 'HTTP API'))).url };
}

/** Makes what is called with a port that was taken. */
export const takenBy =
  (tell: StackOptions['tell'], name: string) =>
  (port: number): void => {
    tell(`Port ${port} for the ${name} is taken; using a free one.`);
  };
