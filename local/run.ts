import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TICKET_LIFE_S } from '../functions/relay/constants.ts';
import { sealTicket, type TicketKeys, ticketKeys } from '../functions/relay/ticket.ts';
import { WEBHOOKS } from '../infra/routes.ts';
import { startAws } from './aws/aws.ts';
import { type Invoke, makeEnvironments } from './lambda/environments.ts';
import { startGateway } from './gateway/gateway.ts';
import { startHttpApi } from './http-api/http-api.ts';
import type { Template } from './template/model.ts';
import { loadTemplate } from './template/template.ts';
import type { TraceEvent } from './gateway/trace.ts';
import { type Org, startOrg } from './genesys/org.ts';
import { startOnPort } from './listen.ts';
import { makeListeners } from './listeners.ts';
import type { SealTicket } from './page/backend.ts';
import { startPage } from './page/server.ts';
import { startEventSources } from './queues/event-sources.ts';
import { synthesise } from './synth.ts';

export interface LocalOptions {
  /** 0 takes any free port; a taken one is replaced by a free one. */
  ports: { gateway: number; http: number; page: number; genesys: number };
  /** Where the ticket key is written while the run lasts. */
  ticketKeyFile: (gatewayPort: number) => string;
  /** What goes on, for a person: a step, a port that was taken, a resource that nothing here runs. */
  tell: (text: string) => void;
  /** One line of a function's log. */
  onLog: (entry: { functionName: string; line: string }) => void;
  /** Ends the start while it is still under way. */
  signal: AbortSignal;
}

export interface LocalRun {
  /** `ws://127.0.0.1:PORT/STAGE` */
  gateway: string;
  /** `http://127.0.0.1:PORT`, with `/STAGE` unless that is `$default`; only where the stack has an HTTP API. */
  http?: string;
  page: string;
  genesys: string;
  /** The local AWS endpoints. */
  aws: string;
  ticketKeyFile: string;
  /** Ends every server, function and socket, and removes what was written. */
  close: () => Promise<void>;
}

/** Every server of a run by the order of its start; they end in the opposite one. */
function makeClosers() {
  const closers: (() => Promise<unknown>)[] = [];
  return {
    add: <T extends { close: () => Promise<unknown> }>(started: T): T => {
      closers.push(() => started.close());
      return started;
    },
    closeAll: async (): Promise<void> => {
      // One that fails to end keeps none of the others from it.
      const failures: unknown[] = [];
      for (let close = closers.pop(); close; close = closers.pop()) {
        await close().catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be ended');
    },
  };
}

/**
 * Runs the whole stack on this machine: synthesises it, and runs the template with its functions, a table, secrets,
 * and a simulated Genesys org. Whatever has started is ended again when the start fails.
 */
export async function startLocal(options: LocalOptions): Promise<LocalRun> {
  const closers = makeClosers();
  try {
    const run = await start(options, closers.add);
    return { ...run, close: closers.closeAll };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

type Add = ReturnType<typeof makeClosers>['add'];

const takenBy = (tell: LocalOptions['tell']) => (name: string) => (port: number) => {
  tell(`Port ${port} for the ${name} is taken; using a free one.`);
};

async function start(options: LocalOptions, add: Add): Promise<Omit<LocalRun, 'close'>> {
  const { ports, tell } = options;
  const taken = takenBy(tell);
  const oauthClient = { clientId: randomUUID(), clientSecret: randomBytes(24).toString('base64url') };
  const org = add(
    await startOnPort(ports.genesys, (port) => startOrg({ port, oauthClient }), taken('Genesys org')),
  );
  const template = await synthesised(org, options, add);
  for (const { resource, type } of template.unknown) tell(`Not run here: ${resource} (${type})`);

  const secrets = {
    GenesysClient: JSON.stringify(oauthClient),
    WebhookSecret: JSON.stringify({ secret: org.integration.secret }),
  };
  const aws = add(await startAws({ template, secrets }));
  // The gateway's port is known only once it listens, and the functions need it: their first event comes later.
  const endpoints: Record<string, string> = {
    AWS_ENDPOINT_URL: aws.url,
    // The functions target Lambda's Node 24: that this machine's is older is no news to them.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const functions = add(
    makeEnvironments({ functions: template.functions, extraEnvironment: endpoints, onLog: options.onLog }),
  );
  const trace = makeListeners<TraceEvent>();
  const gateway = add(
    await startOnPort(
      ports.gateway,
      (port) => startGateway({ template, port, invoke: functions.invoke, onTrace: trace.emit }),
      taken('gateway'),
    ),
  );
  endpoints['AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI'] = gateway.callbackUrl;
  const http = await serveHttpApi(template, functions.invoke, options, add);
  for (const { path } of WEBHOOKS)
    org.integration.webhookUrl = http.http === undefined ? null : `${http.http}${path}`;
  add(startEventSources({ template, queues: aws.queues, invoke: functions.invoke }));

  const keys = ticketKeys.parse(JSON.parse(aws.secretValue('TicketKey')));
  const ticketKeyFile = options.ticketKeyFile(Number(new URL(gateway.url).port));
  add(await writeKeyFile(ticketKeyFile, keys));
  const pageOptions = { gatewayUrl: gateway.url, org, trace: trace.on, sealTicket: makeSealTicket(keys) };
  const startPageOn = (port: number) => startPage({ port, ...pageOptions });
  const page = add(await startOnPort(ports.page, startPageOn, taken('page')));
  return {
    gateway: gateway.url,
    ...http,
    page: page.url,
    genesys: org.url,
    aws: aws.url,
    ticketKeyFile,
  };
}

/** Makes the page's tickets. */
function makeSealTicket(keys: TicketKeys): SealTicket {
  return (upstream) => {
    const iat = Math.floor(Date.now() / 1000);
    const claims = { sub: 'page', iat, exp: iat + TICKET_LIFE_S, jti: randomUUID(), upstream };
    return sealTicket(keys, claims);
  };
}

/** Serves the template's HTTP API, where it has one. */
async function serveHttpApi(
  template: Template,
  invoke: Invoke,
  { ports, tell }: LocalOptions,
  add: Add,
): Promise<{ http?: string }> {
  const { httpApi: api } = template;
  if (api === undefined) return {};
  const start = (port: number) => startHttpApi({ template, api, port, invoke });
  return { http: add(await startOnPort(ports.http, start, takenBy(tell)('HTTP API'))).url };
}

/** The template of a stack that is set to talk to the simulated org and to nothing else. */
async function synthesised(org: Org, { tell, signal }: LocalOptions, add: Add) {
  tell('Synthesising the stack …');
  const outdir = await mkdtemp(join(tmpdir(), 'typing-relay-'));
  add({ close: () => rm(outdir, { recursive: true, force: true }) });
  const stackName = 'typing-relay';
  const settings = { stackName, genesysOrigin: org.url, allowedHosts: [org.url.replace('http', 'ws')] };
  await synthesise(outdir, settings, signal);
  return loadTemplate(outdir, stackName);
}

async function writeKeyFile(file: string, keys: object): Promise<{ close: () => Promise<void> }> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(keys), { mode: 0o600 });
  return { close: () => rm(file, { force: true }) };
}
