import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TICKET_LIFE_S } from '../functions/relay/constants.ts';
import { sealTicket } from '../functions/relay/ticket.ts';
import { type TicketKeys, ticketKeys } from '../functions/relay/ticket-keys.ts';
import { ROOT } from '../infra/bundle.ts';
import { WEBHOOKS } from '../infra/routes.ts';
import type { Closers } from './closers.ts';
import { startAll } from './closers.ts';
import { linesOf } from './template/not-run.ts';
import { loadTemplate } from './template/template.ts';
import { type Org, startOrg } from './genesys/org.ts';
import type { StartRuntime } from './lambda/runtime.ts';
import { startOnPort } from './listen.ts';
import type { SealTicket } from './page/backend.ts';
import { startPage } from './page/server.ts';
import { startStack, takenBy } from './stack.ts';
import { synthesise } from './synth.ts';
import { startWatch } from './watch/watch.ts';

export interface LocalOptions {
  /** 0 takes any free port; a taken one is replaced by a free one. */
  ports: { gateway: number; http: number; page: number; genesys: number };
  /** Where the ticket key is written while the run lasts. */
  ticketKeyFile: (gatewayPort: number) => string;
  /** What goes on, for a person: a step, a port that was taken. */
  tell: (text: string) => void;
  /** Told early what of the template nothing here runs: a line each, for a person. */
  onNotRun?: (lines: readonly string[]) => void;
  /** One line of a function's log. */
  onLog: (entry: { functionName: string; line: string }) => void;
  /** Ends the start while it is still under way. */
  signal: AbortSignal;
  /** Hosts that a ticket may name beside the simulated org, as `allowedHosts` in cdk.json. */
  allowedHosts?: readonly string[];
  /** Of one function at a time; 20 by default. */
  environments?: number;
  /** What runs the functions' code; worker threads by default. */
  startRuntime?: StartRuntime;
  /** The functions log at the level that is deployed, and the page shows no decisions of theirs. */
  quiet?: boolean;
  /** Takes the functions' sources as they are saved. */
  watch?: boolean;
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

/**
 * Runs the whole stack on this machine: synthesises it, and runs the template with its functions, a table, secrets,
 * and a simulated Genesys org. Whatever has started is ended again when the start fails.
 */
export function startLocal(options: LocalOptions): Promise<LocalRun> {
  return startAll((add) => start(options, add));
}

async function start(options: LocalOptions, add: Closers['add']): Promise<Omit<LocalRun, 'close'>> {
  const { ports, tell, onLog, environments, startRuntime } = options;
  const oauthClient = { clientId: randomUUID(), clientSecret: randomBytes(24).toString('base64url') };
  const org = add(
    await startOnPort(ports.genesys, (port) => startOrg({ port, oauthClient }), takenBy(tell, 'Genesys org')),
  );
  const template = await synthesised(org, options, add);
  options.onNotRun?.(linesOf(template.notRun));
  const secrets = {
    GenesysClient: JSON.stringify(oauthClient),
    WebhookSecret: JSON.stringify({ secret: org.integration.secret }),
  };
  const stack = add(
    await startStack({
      template,
      ports,
      secrets,
      tell,
      onLog,
      tracesFunctions: options.quiet !== true,
      ...(environments !== undefined && { environments }),
      ...(startRuntime && { startRuntime }),
    }),
  );
  for (const { path } of WEBHOOKS)
    org.integration.webhookUrl = stack.http === undefined ? null : `${stack.http}${path}`;

  if (options.watch === true) {
    const { functions } = template;
    add(startWatch({ root: ROOT, functions, renew: stack.renew, tell }));
  }

  const keys = ticketKeys.parse(JSON.parse(stack.secretValue('TicketKey')));
  const ticketKeyFile = options.ticketKeyFile(Number(new URL(stack.gateway).port));
  add(await writeKeyFile(ticketKeyFile, keys));
  const sealTicket = makeSealTicket(keys);
  const { gateway: gatewayUrl, onTrace: trace, cut, warm } = stack;
  const pageOptions = { gatewayUrl, org, trace, sealTicket, cut, warm };
  const startPageOn = (port: number) => startPage({ port, ...pageOptions });
  const page = add(await startOnPort(ports.page, startPageOn, takenBy(tell, 'page')));
  return {
    gateway: stack.gateway,
    ...(stack.http === undefined ? {} : { http: stack.http }),
    page: page.url,
    genesys: org.url,
    aws: stack.aws,
    ticketKeyFile,
  };
}

/** Makes the page's tickets. */
function makeSealTicket(keys: TicketKeys): SealTicket {
  return (upstream, holder) => {
    const iat = Math.floor(Date.now() / 1000);
    const claims = { sub: holder, iat, exp: iat + TICKET_LIFE_S, jti: randomUUID(), upstream };
    return sealTicket(keys, claims);
  };
}

/** The template of a stack that is set to talk to the simulated org, and to no real one. */
async function synthesised(org: Org, { tell, signal, allowedHosts = [] }: LocalOptions, add: Closers['add']) {
  tell('Synthesising the stack …');
  const outdir = await mkdtemp(join(tmpdir(), 'typing-relay-'));
  add({ close: () => rm(outdir, { recursive: true, force: true }) });
  const stackName = 'typing-relay';
  const hosts = [org.url.replace('http', 'ws'), ...allowedHosts];
  const settings = { stackName, genesysOrigin: org.url, allowedHosts: hosts };
  await synthesise(outdir, settings, signal);
  return loadTemplate(outdir, stackName);
}

async function writeKeyFile(file: string, keys: object): Promise<{ close: () => Promise<void> }> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(keys), { mode: 0o600 });
  return { close: () => rm(file, { force: true }) };
}
