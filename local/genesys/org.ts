import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { makeControl } from './control.ts';
import type { OrgEvent } from './events.ts';
import { makeEvents } from './events.ts';
import { makeFaults } from './faults.ts';
import { orgError, send } from './http.ts';
import { makeJournal } from './journal.ts';
import { makeOAuth } from './oauth.ts';
import { makeRest } from './rest.ts';
import { makeGuestSockets } from './socket.ts';
import type { GuestRecord } from './state.ts';
import { demoIds, makeState } from './state.ts';

export interface OrgOptions {
  /** 0 takes any free port. */
  port: number;
  /** The service account; it has `conversation:write` and `conversation:communication:view`. */
  oauthClient: { clientId: string; clientSecret: string };
}

export interface Org {
  /** `http://127.0.0.1:PORT`: API host, login host and control API in one. */
  url: string;
  /** Ends every socket; resolves when the server is down. */
  close(): Promise<void>;
  /** Answers the function that stops listening. */
  onEvent(listener: (event: OrgEvent) => void): () => void;
  /** A guest with fixed ids. */
  demo: GuestRecord;
}

/**
 * Starts a simulated Genesys Cloud org on the loopback interface. It behaves like the org of the
 * thread, dead ends included. Rejects with the error of `listen` as it is (`EADDRINUSE` …).
 */
export async function startOrg({ port, oauthClient }: OrgOptions): Promise<Org> {
  const server = createServer();
  const closing = new AbortController();
  const url = await listen(server, port);

  const events = makeEvents();
  const state = makeState(url, events.emit);
  const ports = {
    state,
    oauth: makeOAuth(oauthClient, state),
    faults: makeFaults(),
    journal: makeJournal(events.emit),
    wait: (ms: number) => delay(ms, undefined, { signal: closing.signal, ref: false }),
  };
  const sockets = makeGuestSockets(ports);
  serve(server, makeRest(ports), makeControl({ ...ports, sockets, onEvent: events.on }));
  server.on('upgrade', (request, socket, head) => {
    sockets.upgrade(request, socket, head).catch(() => {
      socket.destroy();
    });
  });

  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  let closed: Promise<unknown> | undefined;
  return {
    url,
    demo: state.createGuest(demoIds),
    onEvent: events.on,
    async close() {
      closed ??= once(server.close(), 'close');
      closing.abort();
      // Upgraded sockets are no longer the HTTP server's to close.
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The org listens on no port.');
  return `http://127.0.0.1:${String(address.port)}`;
}

type Handler = ReturnType<typeof makeRest>;

function serve(server: Server, rest: Handler, control: Handler): void {
  server.on('request', (request, response) => {
    const handle = /^\/control(?:[/?]|$)/.test(request.url ?? '') ? control : rest;
    handle(request, response).catch(() => {
      // Sends nothing where the client left or the org is closing: the response is destroyed then.
      send(
        response,
        orgError(500, 'internal.server.error', 'The simulated org failed; this is its own mistake.'),
      );
    });
  });
}
