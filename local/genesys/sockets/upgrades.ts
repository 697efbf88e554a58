import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';

import type { Answer } from '../../http/answer.ts';
import { refuse } from '../../http/answer.ts';
import { parseTarget } from '../../http/routing.ts';
import { orgError } from '../org-error.ts';

/** What becomes of a request for a socket. */
export interface Verdict {
  /** Undefined for one that is let in. */
  refusal: Answer | undefined;
  /** End the connection with no answer at all. */
  drop: boolean;
  /** Told the status; 0 for none. */
  record(status: number): void;
  open(socket: WebSocket): void;
}

export type Judge = (request: IncomingMessage) => Promise<Verdict>;

const MAX_FRAME_BYTES = 1024 * 1024;

/** Web messaging is at this path (§1.1), the thread's socket at its own; what is at neither is the latter's to refuse. */
const WEB_MESSAGING_PATH = '/v1';

/** Answers upgrades to either socket; rejects when the org was closed in between. */
export function makeUpgrades(
  thread: Judge,
  webMessaging: Judge,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void> {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });

  return async (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const judge = parseTarget(request.url).path === WEB_MESSAGING_PATH ? webMessaging : thread;
    const verdict = await judge(request);
    if (verdict.drop) {
      verdict.record(0);
      socket.destroy();
    } else if (verdict.refusal !== undefined) {
      verdict.record(verdict.refusal.status);
      refuse(socket, verdict.refusal);
    } else {
      // ws judges the handshake at once; the listener lets a refusal of its own be recorded too.
      const onBadHandshake = (error: Error): void => {
        verdict.record(400);
        refuse(socket, orgError(400, 'bad.request', error.message));
      };
      server.once('wsClientError', onBadHandshake);
      server.handleUpgrade(request, socket, head, (websocket) => {
        verdict.record(101);
        verdict.open(websocket);
      });
      server.off('wsClientError', onBadHandshake);
    }
  };
}
