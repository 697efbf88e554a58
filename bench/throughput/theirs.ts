import { randomBytes, randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { startAws } from '../../local/aws/aws.ts';
import { makeClosers } from '../../local/closers.ts';
import { startOrg } from '../../local/genesys/org.ts';
import { startOffline } from '../../test/cross/offline.ts';
import { synthesiseStack } from '../../test/scenarios/probe/synth.ts';
import { isOfflineMode, OFFLINE_FLAGS } from './modes.ts';
import type { UpStack } from './wire.ts';

/**
 * The other side, in a process of its own: the same stack under serverless-offline, which finds the same local AWS
 * endpoints and the same simulated org here. `theirs.ts MODE` says where on one line of standard output.
 */

const { add, closeAll } = makeClosers();
/** Ends what is being started, and only that: an abort kills serverless-offline, which then leaves its temporary files. */
const starting = new AbortController();

async function start(): Promise<UpStack> {
  const [, , mode] = process.argv;
  if (!isOfflineMode(mode)) throw new Error(`theirs.ts knows no mode ${mode ?? ''}`);
  const oauthClient = { clientId: randomUUID(), clientSecret: randomBytes(24).toString('base64url') };
  const org = add(await startOrg({ port: 0, oauthClient }));
  const settings = { genesysOrigin: org.url, allowedHosts: [org.url.replace('http', 'ws')] };
  const stack = add(await synthesiseStack('typing-relay', settings, starting.signal));
  const secrets = {
    GenesysClient: JSON.stringify(oauthClient),
    WebhookSecret: JSON.stringify({ secret: org.integration.secret }),
  };
  const aws = add(await startAws({ template: stack.template, secrets }));
  const environment = { AWS_ENDPOINT_URL: aws.url };
  const { url } = add(await startOffline(stack, starting.signal, environment, OFFLINE_FLAGS[mode]));
  const ticketKeyFile = join(stack.directory, 'ticket-key.json');
  await writeFile(ticketKeyFile, aws.secretValue('TicketKey'), { mode: 0o600 });
  add({ close: () => rm(ticketKeyFile, { force: true }) });
  return { gateway: url, genesys: org.url, ticketKeyFile };
}

// Lambda's clock is UTC, and threads have the time zone of their process.
process.env['TZ'] = 'UTC';
let isUp = false;
const started = start().then(
  (up) => {
    isUp = true;
    process.stdout.write(`${JSON.stringify(up)}\n`);
  },
  (error: unknown) => {
    if (starting.signal.aborted) return;
    process.stderr.write(`${inspect(error)}\n`);
    process.exitCode = 1;
    end();
  },
);

let ended: Promise<void> | undefined;
function end(): void {
  ended ??= endInOrder().finally(() => process.exit());
}

async function endInOrder(): Promise<void> {
  if (!isUp) starting.abort();
  // What is under way there is ended with the rest, or has ended itself.
  await started;
  await closeAll();
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
