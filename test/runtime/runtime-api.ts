import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { send } from '../../local/http/answer.ts';
import { readBody } from '../../local/http/body.ts';
import { parseJson } from '../../local/json.ts';
import type { Answer, FunctionError } from '../../local/lambda/runtime.ts';
import { listen } from '../../local/listen.ts';

/** docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
const ROOT = '/2018-06-01/runtime';

/** What a function may answer: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LARGEST_ANSWER = 6 * 1024 * 1024;

export interface Invocation {
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
  /** Epoch ms. */
  readonly deadline: number;
}

export interface RuntimeApiOptions {
  /** The function's ARN. */
  readonly arn: string;
  /** Told `ready` when the runtime first asks for an event, and then how each event, or INIT, ended. */
  readonly onAnswer: (answer: Answer) => void;
}

/** The Runtime API of one execution environment. */
export interface RuntimeApi {
  /** `127.0.0.1:PORT`, for `AWS_LAMBDA_RUNTIME_API`. */
  readonly host: string;
  /** Gives the runtime an event, as soon as it asks for one. */
  readonly post: (invocation: Invocation) => void;
  readonly close: () => Promise<void>;
}

/** What a runtime says of an error; its stack trace is not looked at. */
const ErrorBody = z.object({ errorType: z.string().default(''), errorMessage: z.string().default('') });

/** Serves the Runtime API on a free port of loopback. */
export async function startRuntimeApi({ arn, onAnswer }: RuntimeApiOptions): Promise<RuntimeApi> {
  const waiting: Invocation[] = [];
  let running: string | undefined;
  let asking: ServerResponse | undefined;
  let isReady = false;

  function serve(): void {
    if (asking === undefined) return;
    const invocation = waiting.shift();
    if (invocation === undefined) return;
    running = invocation.requestId;
    asking.writeHead(200, headersOf(invocation, arn)).end(invocation.event);
    asking = undefined;
  }

  function next(response: ServerResponse): void {
    asking = response;
    if (!isReady) onAnswer({ kind: 'ready' });
    isReady = true;
    serve();
  }

  /** Takes what ends the event under way; an event ends once only. */
  function finish(response: ServerResponse, requestId: string, answer: Answer): void {
    if (requestId !== running) {
      refuse(response, 400, 'InvalidRequestID', `No event ${requestId} is under way`);
      return;
    }
    running = undefined;
    accept(response);
    onAnswer(answer);
  }

  async function post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, LARGEST_ANSWER);
    const path = request.url ?? '';
    const [, requestId = '', what] = /\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (body === undefined) {
      refuse(response, 413, 'RequestEntityTooLarge', `More than ${LARGEST_ANSWER} bytes`);
      running = undefined;
      onAnswer({ kind: 'error', error: TOO_LARGE });
    } else if (path === `${ROOT}/init/error`) {
      accept(response);
      onAnswer({ kind: 'init-error', error: errorOf(body) });
    } else if (what === 'response') {
      finish(response, decodeURIComponent(requestId), { kind: 'value', value: body.toString('utf8') });
    } else if (what === 'error') {
      finish(response, decodeURIComponent(requestId), { kind: 'error', error: errorOf(body) });
    } else refuse(response, 404, 'NotFound', `${path} is no path of the Runtime API`);
  }

  const server = createServer((request, response) => {
    if (request.method === 'GET' && request.url === `${ROOT}/invocation/next`) next(response);
    else if (request.method === 'POST') post(request, response).catch(() => response.destroy());
    else refuse(response, 404, 'NotFound', `${request.method ?? ''} ${request.url ?? ''}`);
  });
  // The runtime may wait for its next event, and for its freeze to end, as long as it takes.
  server.keepAliveTimeout = 0;
  const host = await listen(server, 0);
  return {
    host,
    post: (invocation) => {
      waiting.push(invocation);
      serve();
    },
    close: async () => {
      const freed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await freed;
    },
  };
}

/** The runtime takes the 413 and asks for the next event; how Lambda words this is not documented. */
const TOO_LARGE: FunctionError = {
  type: 'Function.ResponseSizeTooLarge',
  message: `Response payload size exceeded maximum allowed payload size (${LARGEST_ANSWER} bytes).`,
};

function headersOf({ requestId, deadline }: Invocation, arn: string): Record<string, string> {
  const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
  const second = Math.floor(Date.now() / 1000).toString(16);
  return {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': requestId,
    'Lambda-Runtime-Deadline-Ms': String(deadline),
    'Lambda-Runtime-Invoked-Function-Arn': arn,
    'Lambda-Runtime-Trace-Id': `Root=1-${second}-${hex(12)};Parent=${hex(8)};Sampled=0`,
  };
}

function errorOf(body: Buffer): FunctionError {
  const { errorType: type, errorMessage: message } = ErrorBody.catch({
    errorType: 'Runtime.Unknown',
    errorMessage: body.toString('utf8'),
  }).parse(parseJson(body.toString('utf8')));
  return { type, message };
}

function accept(response: ServerResponse): void {
  send(response, { status: 202, body: { status: 'OK' } });
}

function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  send(response, { status, body: { errorType, errorMessage } });
}
