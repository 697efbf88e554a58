import net from 'node:net';
import tls from 'node:tls';
import type { CheckName, Finding } from './findings.ts';
import type { DoctorPorts } from './ports.ts';
import type { Target } from './target.ts';

/** Whether the hosts of a region answer this machine, and where on the way it ends: DNS, connection, TLS, HTTP. */

export type Stage = 'dns' | 'connection' | 'tls' | 'http';

/** Where it ended, and the system's own code for why. */
class StageError extends Error {
  override readonly name = 'StageError';
  readonly stage: Stage;
  readonly code: string;
  constructor(stage: Stage, code: string) {
    super(`${stage}: ${code}`);
    this.stage = stage;
    this.code = code;
  }
}

type HostPorts = Pick<DoctorPorts, 'http' | 'lookup' | 'now' | 'limitMs'>;

/** All four at once. */
export function checkHosts(
  { apiUrl, loginUrl, cdnUrl, webMessagingUrl }: Target,
  ports: HostPorts,
): Promise<Finding[]> {
  const hosts: [CheckName, string][] = [
    ['host.api', apiUrl],
    ['host.login', loginUrl],
    ['host.webmessaging', new URL(webMessagingUrl.replace(/^ws/, 'http')).origin],
    ['host.api-cdn', cdnUrl],
  ];
  return Promise.all(hosts.map(([check, url]) => checkHost(check, url, ports)));
}

async function checkHost(check: CheckName, url: string, ports: HostPorts): Promise<Finding> {
  const { host } = new URL(url);
  const names = { check, subject: host };
  try {
    const status = await reach(new URL(url), ports);
    const facts = { url, failedAt: null, code: null, status };
    if (status >= 500)
      return { ...names, state: 'bad', says: `HTTP: it answers ${status}. Try again later.`, facts };
    const way = url.startsWith('https:') ? 'DNS, TLS and HTTP' : 'plain HTTP, on this machine';
    return { ...names, state: 'ok', says: `Answers (${way}).`, facts };
  } catch (error) {
    const { stage, code } = error instanceof StageError ? error : new StageError('http', 'failed');
    return {
      ...names,
      state: 'bad',
      says: SAYS[stage](code),
      facts: { url, failedAt: stage, code, status: null },
    };
  }
}

const SAYS: Record<Stage, (code: string) => string> = {
  dns: (code) => `DNS: this machine finds no address for it (${code}). Check its network, and --domain.`,
  connection: (code) =>
    `Connection: it has an address, but nothing answers there (${code}). Look for a firewall, or a proxy that must be ` +
    'gone through: neither the doctor nor the relay uses one.',
  tls: (code) =>
    `TLS: the connection stands, but is not trusted or not spoken (${code}). A proxy that reads TLS, or a wrong clock, does that.`,
  http: (code) => `HTTP: TLS stands, but no answer came (${code}).`,
};

/** The status of an answer, whichever. @throws StageError */
async function reach(url: URL, { http, lookup, now, limitMs }: HostPorts): Promise<number> {
  const deadline = now() + limitMs;
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  if (net.isIP(hostname) === 0) await within(lookup(hostname), limitMs).catch(failAt('dns'));
  await handshake(url, hostname, deadline - now());
  const request = { method: 'GET', url: `${url.origin}/`, headers: {}, deadline } as const;
  return (await http(request).catch(failAt('http'))).status;
}

const failAt =
  (stage: Stage) =>
  (error: unknown): never => {
    throw new StageError(stage, codeOf(error));
  };

/** ENOTFOUND, ECONNREFUSED, CERT_HAS_EXPIRED …; of what has no code its words. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

function handshake(url: URL, hostname: string, ms: number): Promise<void> {
  const secure = url.protocol === 'https:';
  const target = { host: hostname, port: Number(url.port === '' ? (secure ? 443 : 80) : url.port) };
  return new Promise((resolve, reject) => {
    let stage: Stage = 'connection';
    const servername = net.isIP(hostname) === 0 ? { servername: hostname } : {};
    const socket = secure ? tls.connect({ ...target, ...servername }) : net.connect(target);
    const fail = (code: string): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new StageError(stage, code));
    };
    const timer = setTimeout(fail, Math.max(0, ms), 'no answer in time');
    socket.once('connect', () => (stage = secure ? 'tls' : 'http'));
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.destroy();
      resolve();
    });
    // Stays: a destroyed socket may still tell of an error.
    socket.on('error', (error) => {
      fail(codeOf(error));
    });
    socket.once('end', () => {
      fail('closed');
    });
  });
}

/** Node's own lookup knows no time limit. */
async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('no answer in time'));
    }, ms);
  });
  return Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
  });
}
