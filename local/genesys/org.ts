import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import { send } from '../http/answer.ts';
import { listen, trackSockets } from '../listen.ts';
import { makeListeners } from '../listeners.ts';
import { makeAgents } from './agents.ts';
import { defaultBehaviour } from './behaviour.ts';
import { makeControl } from './control/control.ts';
import { screenOf } from './conversations.ts';
import { DEMO_DEPLOYMENT, makeDeployments } from './deployments.ts';
import { makeFaults } from './faults.ts';
import type { GuestRecord } from './guest-record.ts';
import type { Integration } from './integrations.ts';
import { DEMO_INTEGRATION, makeIntegrations } from './integrations.ts';
import { makeJournal } from './journal.ts';
import { makeOAuth } from './oauth.ts';
import { orgError } from './org-error.ts';
import type { OrgEvent, OrgListener, Screen } from './org-events.ts';
import type { OrgPorts } from './ports.ts';
import { makeRest } from './rest/rest.ts';
import { makeSocketRegistry } from './sockets/registry.ts';
import { makeThreadSocket } from './sockets/thread-socket.ts';
import { makeUpgrades } from './sockets/upgrades.ts';
import { demoIds, makeState } from './state.ts';
import { makeTimers } from './timers.ts';
import { makeSessions } from './web-messaging/sessions.ts';
import { makeWebMessagingSocket } from './web-messaging/socket.ts';
import { makeWebhook } from './webhook.ts';

export interface OrgOptions {
  /** 0 takes any free port. */
  port: number;
  /** The service account; it has what each upstream of the relay needs. */
  oauthClient: { clientId: string; clientSecret: string };
  /** Milliseconds since the epoch; by default this machine's clock. */
  now?: () => number;
}

export interface Org {
  /** `http://127.0.0.1:PORT`: API host, login host, guest socket host and control API in one. */
  url: string;
  /** Ends every socket; resolves when the server is down. */
  close(): Promise<void>;
  /** Answers the function that stops listening. */
  onEvent(listener: (event: OrgEvent) => void): () => void;
  /** What the agent sees of a conversation now; undefined when there is no such conversation. */
  currentScreen(conversationId: string): Screen | undefined;
  /** A guest with fixed ids. */
  demo: GuestRecord;
  /** The integration of open messaging that guests have; its webhook and secret may be set at any time. */
  integration: Integration;
}

/**
 * Starts a simulated Genesys Cloud org on the loopback interface. It behaves like the org of the
 * thread, dead ends included, and speaks the published interfaces for typing beside. Rejects with
 * the error of `listen` as it is (`EADDRINUSE` …).
 */
export async function startOrg(options: OrgOptions): Promise<Org> {
  const server = createServer();
  const closing = new AbortController();
  const connections = trackSockets(server);
  const url = `http://${await listen(server, options.port)}`;

  const events = makeListeners<OrgEvent>();
  const ports = makePorts(url, options, events.emit, closing.signal);
  const { state } = ports;
  ports.deployments.create({}, DEMO_DEPLOYMENT);
  const integration = ports.integrations.create({}, DEMO_INTEGRATION);

  const sockets = makeSocketRegistry();
  const upgrade = makeUpgrades(makeThreadSocket(ports, sockets), makeWebMessagingSocket(ports, sockets));
  serve(server, makeRest(ports), makeControl({ ...ports, sockets, onEvent: events.on }));
  server.on('upgrade', (request, socket, head) => {
    upgrade(request, socket, head).catch(() => {
      socket.destroy();
    });
  });

  let closed: Promise<unknown> | undefined;
  return {
    url,
    integration,
    demo: state.createGuest({ ids: demoIds }),
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

function makePorts(
  origin: string,
  { oauthClient, now = Date.now }: OrgOptions,
  emit: OrgListener,
  closing: AbortSignal,
): OrgPorts {
  const after = makeTimers(closing);
  const behaviour = { ...defaultBehaviour };
  const state = makeState(origin, emit, after);
  const deployments = makeDeployments();
  const integrations = makeIntegrations();
  const sessions = makeSessions({ state, deployments, behaviour, now, after });
  const webhook = makeWebhook(closing);
  return {
    origin,
    state,
    behaviour,
    deployments,
    integrations,
    sessions,
    webhook,
    agents: makeAgents({ state, sessions, integrations, webhook, behaviour }),
    oauth: makeOAuth(oauthClient, { state, behaviour, now }),
    faults: makeFaults(),
    journal: makeJournal(emit),
    now,
    after,
    wait: (ms: number) => delay(ms, undefined, { signal: closing, ref: false }),
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
