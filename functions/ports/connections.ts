import { describe } from '../relay/errors.ts';
import { isLast } from '../relay/protocol.ts';
import type { ServerFrame } from '../relay/server-frames.ts';
import { connectionsEnvironment, readEnvironment } from './environment.ts';
import { type HttpAnswer, makeHttp } from './http.ts';
import { log } from './log.ts';
import { makeSigned, type SendSigned } from './signed.ts';

/** The way back to a client. */
export interface Connections {
  /**
   * Sends the answer to one of its frames to a connection, and closes it where that was the last one. A client that
   * left meanwhile is nobody's fault; what else goes wrong is logged with the request. Never throws.
   */
  answer: (connectionId: string, frame: ServerFrame, requestId: string) => Promise<void>;
}

const GONE = 410;

/** So much of what API Gateway says to a refusal goes into the log: it names the action that is not allowed. */
const WORDS_MAX = 200;

/** The `@connections` API, signed for `execute-api`: the SDK's client would be loaded with the first frame that goes. */
export function makeConnections(send: SendSigned): Connections {
  async function call(method: 'POST' | 'DELETE', connectionId: string, body: string): Promise<void> {
    const path = `/@connections/${encodeURIComponent(connectionId)}`;
    const headers = method === 'POST' ? { 'content-type': 'application/octet-stream' } : {};
    const {
      status,
      headers: said,
      body: words,
    } = await send(
      { method, path, headers, body },
      // An answer that may have arrived does not go twice.
      { read: (answer) => answer, isTransient, repeats: false },
    );
    if (status === GONE || status < 300) return;
    const kind = String(said['x-amzn-errortype'] ?? '');
    throw new Error(`API Gateway answered with ${status} ${kind} ${words.slice(0, WORDS_MAX)}`.trim());
  }

  async function post(connectionId: string, frame: ServerFrame): Promise<void> {
    const posted = call('POST', connectionId, JSON.stringify(frame));
    if (isLast(frame)) {
      await posted.catch(() => undefined);
      await call('DELETE', connectionId, '');
    }
    await posted;
  }

  return {
    answer: (connectionId, frame, requestId) =>
      post(connectionId, frame).catch((error: unknown) => {
        log.error('answer_not_sent', { requestId, cause: describe(error) });
      }),
  };
}

const isTransient = ({ status }: HttpAnswer): boolean => status >= 500 || status === 429;

/** Connections by the stage's callback URL, which the stack sets. @throws Error when the environment is incomplete */
export function openConnections(): Connections {
  const { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: url } = readEnvironment(connectionsEnvironment);
  return makeConnections(makeSigned('execute-api', new URL(url), makeHttp(), process.env));
}
