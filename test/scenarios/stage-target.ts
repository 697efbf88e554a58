import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { UsageError } from '../../bench/usage.ts';
import { tryJson } from '../../functions/ports/http.ts';
import { type TicketKeys, ticketKeys } from '../../functions/relay/ticket-keys.ts';
import { readSecret } from '../../infra/stack-secret.ts';
import { LIFE_LIMITS } from '../../local/gateway/connections.ts';
import { makeSockets, type Sockets } from './client.ts';
import { makeHttp, makeProbe, makeRelay, type Target } from './parts.ts';
import { withDeadline, wordsFor } from './play.ts';

/** The flags that say what to play against. */
export interface StageFlags {
  readonly url?: string | undefined;
  readonly secret?: string | undefined;
  readonly probe?: string | undefined;
  readonly 'probe-token'?: string | undefined;
  readonly 'probe-http'?: string | undefined;
}

/** How long a far side may take to answer the first request. */
const REACHED_WITHIN_MS = 15_000;

type RelayTarget = NonNullable<Target['relay']>;
type ProbeTarget = NonNullable<Target['probe']>;

/**
 * Reads the key and looks whether each part can be reached and lets this suite in.
 * @throws UsageError that says what to do
 */
export async function openTarget(flags: StageFlags): Promise<Target> {
  if (flags.url === undefined && flags.probe === undefined)
    throw new UsageError('Give --url, --probe or both. See --help.');
  const relay = await readRelay(flags);
  const probe = readProbe(flags);
  if (relay !== undefined) await tryRelay(relay);
  if (probe !== undefined) await tryProbe(probe);
  return { ...(relay && { relay }), ...(probe && { probe }), limits: LIFE_LIMITS };
}

async function readRelay({ url, secret }: StageFlags): Promise<RelayTarget | undefined> {
  if (url === undefined && secret === undefined) return undefined;
  if (url === undefined || secret === undefined)
    throw new UsageError('--url and --secret go together: connections to the relay need tickets.');
  return { url: urlOf('url', url, 'ws'), keys: await readKeys(secret) };
}

function readProbe(flags: StageFlags): ProbeTarget | undefined {
  const { probe: url, 'probe-token': token, 'probe-http': httpUrl } = flags;
  if (url === undefined && token === undefined && httpUrl === undefined) return undefined;
  if (url === undefined || token === undefined)
    throw new UsageError('--probe and --probe-token go together, and --probe-http goes with them.');
  const http = httpUrl === undefined ? {} : { httpUrl: urlOf('probe-http', httpUrl, 'http') };
  return { url: urlOf('probe', url, 'ws'), token, ...http };
}

function urlOf(flag: string, text: string, scheme: 'ws' | 'http'): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === `${scheme}s:` || url?.protocol === `${scheme}:`) return text.replace(/\/$/, '');
  throw new UsageError(`--${flag} takes a ${scheme}s:// URL, not ${JSON.stringify(text)}.`);
}

/** The ticket keys from a file, where there is one of this name, or from Secrets Manager. */
async function readKeys(secret: string): Promise<TicketKeys> {
  const text = existsSync(secret)
    ? await readFile(secret, 'utf8')
    : await readSecret(secret).catch((error: unknown) => {
        throw new UsageError(`There is no file ${secret}. ${error instanceof Error ? error.message : ''}`);
      });
  const keys = ticketKeys.safeParse(tryJson(text));
  if (keys.success) return keys.data;
  throw new UsageError(`${secret} holds no ticket key: {"kid":"1","key":"<64 hex digits>"}`);
}

async function tryRelay(relay: RelayTarget): Promise<void> {
  const status = await knock('--url', relay.url, async (sockets) => {
    const { upgrade, ticket } = makeRelay(relay, sockets);
    return (await upgrade(await ticket())).status;
  });
  if (status === 101) return;
  throw new UsageError(
    `${relay.url} answers ${status} to a ticket that this key made. --url is the stack's output WebSocketUrl, ` +
      "--secret its output TicketKeySecretName; and this machine's clock has to be right.",
  );
}

async function tryProbe({ url, token, httpUrl }: ProbeTarget): Promise<void> {
  const status = await knock('--probe', url, async (sockets) => {
    const { upgrade } = makeProbe({ url, token }, LIFE_LIMITS, sockets);
    return (await upgrade()).status;
  });
  if (status !== 101) {
    throw new UsageError(
      `${url} answers ${status} to this token. --probe is the probe's output ProbeUrl, ` +
        '--probe-token what it was deployed with as probeToken.',
    );
  }
  if (httpUrl === undefined) return;
  const answered = await knock('--probe-http', httpUrl, async (sockets) => {
    const { fetch } = makeHttp(httpUrl, token, sockets);
    return (await fetch('/echo/hello')).status;
  });
  if (answered !== 200)
    throw new UsageError(`${httpUrl} answers ${answered}. --probe-http is the probe's output ProbeHttpUrl.`);
}

/** The status that a first request is answered with. */
async function knock(flag: string, url: string, ask: (sockets: Sockets) => Promise<number>): Promise<number> {
  const sockets = makeSockets();
  try {
    return await withDeadline(ask(sockets), REACHED_WITHIN_MS, sockets);
  } catch (error) {
    throw new UsageError(
      `Cannot reach ${url}: ${wordsFor(error)}. Look at ${flag}, and whether this machine reaches that network.`,
    );
  } finally {
    sockets.close();
  }
}
