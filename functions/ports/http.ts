import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';

// Not by import, which reads every export to make a module of it: one of them, WebSocket, loads all of undici.
const http = process.getBuiltinModule('node:http');

/**
 * One HTTP request, as plain data. `url` is absolute, and escaped where that is needed. `deadline` is epoch milliseconds
 * and covers all of it, the answer's body too.
 */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
  deadline: number;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export type SendHttp = (request: HttpRequest) => Promise<HttpAnswer>;

/** Below the idle time-outs of load balancers, which are a minute or more. */
const TRUSTED_MS = 30_000;

/** An answer larger than this is not one that the relay asked for. */
const ANSWER_MAX_BYTES = 1_048_576;

/**
 * Requests over kept-alive connections by `node:https`: half the CPU of `fetch`, and no warm-up on first use.
 * A connection that the far side closed while it was kept is replaced once, by itself.
 * @returns a function that rejects on a network failure or when the deadline passes; any status is an answer
 */
export function makeHttp(): SendHttp {
  const agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  };
  const targets = new Map<string, ReturnType<typeof targetOf>>();
  const freeSince = new WeakMap<Duplex, number>();
  for (const agent of Object.values(agents)) {
    agent.on('free', (socket: Duplex) => freeSince.set(socket, Date.now()));
  }

  /** A frozen environment does not see its connections die: what was free for long is not trusted. */
  function dropOld(agent: Agent): void {
    for (const socket of Object.values(agent.freeSockets).flat()) {
      if (socket && Date.now() - (freeSince.get(socket) ?? 0) > TRUSTED_MS) socket.destroy();
    }
  }

  function attempt(request: HttpRequest, again: boolean): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const { url, method, headers, body = '' } = request;
      const [origin] = ORIGIN.exec(url) ?? [];
      if (origin === undefined) throw new TypeError('not an absolute URL of http or https');
      // There are few, and to take one apart takes longer than to look it up.
      const target = targets.get(origin) ?? targetOf(origin);
      targets.set(origin, target);
      const { host, secure } = target;
      const length = body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
      const options = {
        ...target.options,
        path: url.slice(origin.length),
        method,
        headers: { ...headers, ...length },
        agent: secure ? agents['https:'] : agents['http:'],
      };
      dropOld(options.agent);
      const call = secure ? https.request(options) : http.request(options);
      const timer = setTimeout(
        () => call.destroy(new Error(`${host} did not answer in time`)),
        Math.max(0, request.deadline - Date.now()),
      );
      call.once('close', () => {
        clearTimeout(timer);
        // An answer of another sort, such as 101, comes as no response and no error.
        if (!answered) reject(new Error(`${host} gave no answer`));
      });
      let answered = false;
      call.once('response', (response) => {
        answered = true;
        collect(response).then(resolve, reject);
      });
      call.once('error', (error: NodeJS.ErrnoException) => {
        // https://nodejs.org/api/http.html#requestreusedsocket
        if (again && call.reusedSocket && error.code === 'ECONNRESET') resolve(attempt(request, false));
        else reject(error);
      });
      call.end(body);
    });
  }

  return (request) => attempt(request, true);
}

/** Before its path, or the end: what else may follow one in a URL has no caller here. */
const ORIGIN = /^https?:\/\/[^/?#\\@]+(?=\/|$)/;

/** How an origin is connected to. @throws TypeError when it is none */
function targetOf(origin: string) {
  const { host, hostname, port, protocol } = new URL(origin);
  // An IPv6 address has brackets in a URL, and none as a host.
  const options = { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port };
  return { host, secure: protocol === 'https:', options };
}

/** By its events: with an iterator over it a message takes some 5 % more of the processor. */
function collect(response: IncomingMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > ANSWER_MAX_BYTES)
        response.destroy(new Error(`an answer of more than ${ANSWER_MAX_BYTES} bytes`));
    });
    response.once('error', reject);
    response.once('end', () => {
      const { statusCode: status = 0, headers } = response;
      resolve({ status, headers, body: Buffer.concat(chunks).toString('utf8') });
    });
  });
}

/** Nobody is asked to be silent for longer: a wrong header would switch typing off for everybody. */
const RETRY_AFTER_MAX_MS = 900_000;

/** `Retry-After` in seconds, as Genesys sends it (terraform-provider-genesyscloud, util_retries.go); 1 s without it. */
export function retryAfterMs(header: string | undefined): number {
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, RETRY_AFTER_MAX_MS) : 1000;
}

/** Parses an answer that may be no JSON. @returns undefined when it is none */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
