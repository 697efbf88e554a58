import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import { send } from '../http/answer.ts';
import { listen, trackSockets } from '../listen.ts';
import { makeListeners } from '../listeners.ts';
import { makeControl } from './control.ts';
import { makeFaults } from './faults.ts';
import type { GuestRecord } from './guest-record.ts';
import { makeJournal } from './journal.ts';
import { makeOAuth } from './oauth.ts';
import { orgError } from './org-error.ts';
import type { OrgEvent, Screen } from './org-events.ts';
import { makeRest } from './rest.ts';
import { makeGuestSockets } from './socket.ts';
import { demoIds, makeState, screenOf } from './state.ts';

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
  /** What the agent sees of a conversation now; undefined when there is no such conversation. */
  currentScreen(conversationId: string): Screen | undefined;
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
  const connections = trackSockets(server);
  const url = `http://${await listen(server, port)}`;

  const events = makeListeners<OrgEvent>();
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

  let closed: Promise<unknown> | undefined;
  return {
    url,
    demo: state.createGuest(demoIds),
    onEvent: events.on,
    currentScreen: (conversationId) => {
      const conversation = state.conversation(conversationId);
      return conversation && screenOf(conversation);
    },
    async close() {
      closed ??= once(server.close(), 'close');
      closing.abort();
      // Upgraded sockets are no longer the HTTP server's to close.
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
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
