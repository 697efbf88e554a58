import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { entryOf } from '../../infra/bundle.ts';
import { type Aws, startAws } from '../../local/aws/aws.ts';
import { type Closers, makeClosers } from '../../local/closers.ts';
import { guestRecord } from '../../local/genesys/guest-record.ts';
import { type Org, startOrg } from '../../local/genesys/org.ts';
import { synthesise } from '../../local/synth.ts';
import { loadTemplate } from '../../local/template/template.ts';
import { logStreamName, variables } from '../../local/lambda/variables.ts';
import { messageEvent } from '../../local/gateway/lambda-events.ts';
import type { Template } from '../../local/template/model.ts';
import { makeCertificate } from '../measure/certificate.ts';
import { type answers, type Guest, question, type Ready, type Record, sampleEvent } from './record.ts';
import { makeRecordingProxy, makeTlsPipe } from './recording-proxy.ts';

/**
 * A process of its own: local AWS endpoints and a simulated org behind TLS, so that what they take is no part of what a
 * function is measured to take.
 */

/** As many as the upstreams' sessions of one environment that types for several guests at a time. */
const GUESTS = 20;

const OAUTH_CLIENT = { clientId: 'bench', clientSecret: 'bench-secret' };

/** As long as those that Lambda gives: they are part of what is signed. */
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  AWS_SESSION_TOKEN: 'x'.repeat(860),
};

/** No limit that a run could meet; a number that the headers of a rate limit can hold. */
const PLENTY = 100_000_000;

const tell = (message: z.input<typeof answers>): void => void process.send?.(message);

/** Listens on a free port of loopback. @returns `127.0.0.1:PORT` */
async function listenOn(server: Server, add: Closers['add']): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  add({
    close: async () => {
      const closed = once(server.close(), 'close');
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  });
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

/** Calls the org's control API. @throws Error when it refuses */
async function control(org: Org, method: string, path: string, body: object): Promise<unknown> {
  const response = await fetch(`${org.url}/control/${path}`, { method, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  return response.json();
}

/** Guests whose sockets are behind TLS as well. */
async function makeGuests(org: Org, host: string, channel: 'webmessaging' | 'open'): Promise<Guest[]> {
  const guests: Guest[] = [];
  for (let made = 0; made < GUESTS; made++) {
    const guest = guestRecord.parse(await control(org, 'POST', 'guests', { channel }));
    guests.push({ ...guest, socketUrl: guest.socketUrl.replace(/^ws:\/\/[^/]+/, `wss://${host}`) });
  }
  return guests;
}

async function startSimulatedOrg(add: Closers['add'], tellRecord: (record: Record) => void): Promise<Org> {
  const org = add(await startOrg({ port: 0, oauthClient: OAUTH_CLIENT }));
  org.onEvent((event) => {
    if (event.type !== 'message') return;
    const { via, method = '', path = '', body, status, conversationId } = event.message;
    const what = via === 'socket' ? (conversationId ?? '') : `${method} ${path}`;
    tellRecord({ to: via, what, body, ...(status !== undefined && { status }) });
  });
  await control(org, 'PUT', `clients/${OAUTH_CLIENT.clientId}`, { requestsPerMinute: PLENTY });
  await control(org, 'PUT', 'behaviour', { onMessagePerSecond: PLENTY });
  return org;
}

/** The stack as it would be deployed for this org. */
async function synthesised(folder: string, orgHost: string, signal: AbortSignal): Promise<Template> {
  const stackName = 'typing-relay';
  const outdir = join(folder, 'cdk.out');
  const settings = { stackName, genesysOrigin: `https://${orgHost}`, allowedHosts: [orgHost] };
  await synthesise(outdir, settings, signal);
  return loadTemplate(outdir, stackName);
}

const page = z.object({
  Items: z.array(z.record(z.string(), z.unknown())),
  LastEvaluatedKey: z.unknown().optional(),
});

/** What the table holds of sessions. */
async function readItems(aws: Aws, TableName: string): Promise<z.infer<typeof page>['Items']> {
  const response = await fetch(aws.url, {
    method: 'POST',
    headers: {
      Authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=local',
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Date': new Date().toISOString(),
      'X-Amz-Target': 'DynamoDB_20120810.Scan',
    },
    body: JSON.stringify({ TableName }),
  });
  const { Items, LastEvaluatedKey } = page.parse(await response.json());
  if (LastEvaluatedKey !== undefined) throw new Error('the table has more items than one page');
  return Items.filter((item) => JSON.stringify(item).includes('session#'));
}

const CLIENT = { connectionId: '', connectedAt: 0, sourceIp: '192.0.2.1' };

/** Each of AWS' services has a host of its own, so that connections are opened to each; by the SDKs' variables. */
interface AwsHosts {
  AWS_ENDPOINT_URL_DYNAMODB: string;
  AWS_ENDPOINT_URL_SECRETS_MANAGER: string;
  AWS_ENDPOINT_URL_SQS: string;
}

/** @returns the URL with the host of an endpoint */
const atHost = (url: string, endpoint: string): string => url.replace(/^https:\/\/[^/]+/, endpoint);

function readyOf(
  template: Template,
  aws: Aws,
  hosts: AwsHosts,
  caFile: string,
): Omit<Ready, 'webGuests' | 'openGuests'> {
  const typing = template.functions.find(({ entry }) => entry === entryOf('typing'));
  if (!typing) throw new Error('the stack has no function typing');
  const extra = {
    WATCH_QUEUE_URL: atHost(typing.environment['WATCH_QUEUE_URL'] ?? '', hosts.AWS_ENDPOINT_URL_SQS),
    ...hosts,
    ...CREDENTIALS,
    NODE_EXTRA_CA_CERTS: caFile,
  };
  return {
    is: 'ready',
    bundle: typing.file,
    memoryMb: typing.memoryMb,
    keys: aws.secretValue('TicketKey'),
    environment: variables(typing, extra, logStreamName()),
    event: sampleEvent.parse(messageEvent({ template, client: CLIENT, at: 0, requestId: '' }, 'typing', '')),
  };
}

/** The queue answers to the address that functions call it by. */
const withQueuesAt = (template: Template, { AWS_ENDPOINT_URL_SQS: endpoint }: AwsHosts): Template => ({
  ...template,
  queues: template.queues.map((queue) => ({ ...queue, url: atHost(queue.url, endpoint) })),
});

async function listenForAws(listenHere: () => Promise<string>): Promise<AwsHosts> {
  const endpoint = async (): Promise<string> => `https://${await listenHere()}`;
  return {
    AWS_ENDPOINT_URL_DYNAMODB: await endpoint(),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: await endpoint(),
    AWS_ENDPOINT_URL_SQS: await endpoint(),
  };
}

async function start({ add }: Closers, signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'typing-relay-far-side-'));
  add({ close: () => rm(folder, { recursive: true, force: true }) });
  const certificate = await makeCertificate(folder);
  const records: Record[] = [];
  const keep = (record: Record): void => void records.push(record);
  const org = await startSimulatedOrg(add, keep);
  const orgHost = await listenOn(
    makeTlsPipe(certificate, () => Number(new URL(org.url).port)),
    add,
  );
  const started: { aws?: Aws } = {};
  const hosts = await listenForAws(() =>
    listenOn(
      makeRecordingProxy(certificate, () => started.aws?.url ?? '', keep),
      add,
    ),
  );
  const template = withQueuesAt(await synthesised(folder, orgHost, signal), hosts);
  const running = add(await startAws({ template, secrets: { GenesysClient: JSON.stringify(OAUTH_CLIENT) } }));
  started.aws = running;
  const [tableName = ''] = template.tables.map((table) => table.tableName);
  process.on('message', (raw) => {
    const { want } = question.parse(raw);
    if (want === 'records') tell({ is: 'records', records: records.splice(0) });
    else
      void readItems(running, tableName).then((items) => {
        tell({ is: 'items', items });
      });
  });
  tell({
    ...readyOf(template, running, hosts, certificate.file),
    webGuests: await makeGuests(org, orgHost, 'webmessaging'),
    openGuests: await makeGuests(org, orgHost, 'open'),
  });
}

const closers = makeClosers();
const ending = new AbortController();
// A terminal's Ctrl-C comes here as well: the parent ends this process, once it has ended what calls it.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
process.once('disconnect', () => {
  ending.abort();
});
try {
  await start(closers, ending.signal);
  if (!ending.signal.aborted) await once(ending.signal, 'abort');
  await closers.closeAll();
  process.exit();
} catch (error) {
  await closers.closeAll();
  throw error;
}
