import type { IncomingMessage } from 'node:http';

import { WebSocket } from 'ws';

import type { Answer } from '../../http/answer.ts';
import { parseTarget } from '../../http/routing.ts';
import { parseJson } from '../../json.ts';
import type { Deployment } from '../deployments.ts';
import { allowsOrigin } from '../deployments.ts';
import type { Fault } from '../faults.ts';
import { faultAnswer } from '../faults.ts';
import { keepable } from '../journal.ts';
import { orgError } from '../org-error.ts';
import type { OrgPorts } from '../ports.ts';
import type { Frame } from '../sockets/frames-in-order.ts';
import { readInOrder } from '../sockets/frames-in-order.ts';
import type { SocketRegistry } from '../sockets/registry.ts';
import type { Judge } from '../sockets/upgrades.ts';
import type { Envelope, Guest } from './actions.ts';
import { act, envelope } from './actions.ts';
import { CODE, plainError, tooManyRequests } from './frames.ts';

/** The guest socket of web messaging: stateless until `configureSession` (§1.1). */
export function makeWebMessagingSocket(ports: OrgPorts, registry: SocketRegistry): Judge {
  return async (request) => {
    const at = new Date().toISOString();
    const { path, query } = parseTarget(request.url);
    const { origin } = request.headers;
    const deploymentId = query.get('deploymentId') ?? '';
    const deployment = ports.deployments.get(deploymentId);

    const fault = ports.faults.take('web-messaging-upgrade', deploymentId);
    if (fault?.delayMs !== undefined) await ports.wait(fault.delayMs);
    return {
      refusal: refusalOf(fault, deployment, request, ports),
      drop: fault?.drop === true,
      record(status) {
        const { method = '' } = request;
        const body = { deploymentId, application: query.get('application'), origin: origin ?? null };
        ports.journal.record({ at, via: 'upgrade', method, path, status, body, authorization: 'none' });
      },
      open(socket) {
        if (deployment === undefined) return;
        registry.add(socket);
        serve(socket, deployment, ports, registry);
      },
    };
  };
}

/** A bad deployment and a refused Origin cannot be told apart (§1.11). */
function refusalOf(
  fault: Fault | undefined,
  deployment: Deployment | undefined,
  { headers: { origin } }: IncomingMessage,
  { behaviour }: OrgPorts,
): Answer | undefined {
  if (fault?.status !== undefined) return faultAnswer(fault, fault.status, 'web-messaging-upgrade', '');
  const isOpen = deployment?.status === 'Active' && allowsOrigin(deployment, origin, behaviour);
  return isOpen ? undefined : orgError(403, 'not.authorized', 'Forbidden');
}

function serve(socket: WebSocket, deployment: Deployment, ports: OrgPorts, registry: SocketRegistry): void {
  const guest: Guest = {
    deployment,
    send(frame) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
    },
    close() {
      socket.close(1000);
    },
  };
  socket.on('close', () => {
    ports.sessions.leave(guest);
  });
  readInOrder(socket, async (frame) => {
    // What an org sent last is the end of it: an evicted client says nothing that counts.
    if (socket.readyState !== WebSocket.OPEN) return true;
    const livesOn = await handleFrame(frame, guest, ports);
    const session =
      guest.token === undefined ? undefined : ports.sessions.find(deployment.deploymentId, guest.token);
    if (session?.conversationId !== undefined) registry.assign(socket, session.conversationId);
    return livesOn;
  });
}

/** Answers whether the socket lives on. */
async function handleFrame({ text, at }: Frame, guest: Guest, ports: OrgPorts): Promise<boolean> {
  const { sessions, state, faults, journal, wait } = ports;
  const value = parseJson(text ?? '');
  const frame = envelope.safeParse(value).data;
  const token = frame?.token ?? '';
  const conversationId =
    token === '' ? undefined : sessions.find(guest.deployment.deploymentId, token)?.conversationId;
  const guestId = state.conversation(conversationId ?? '')?.guestId;

  const fault = faults.take('web-messaging-frame', conversationId, frame?.action);
  if (fault?.delayMs !== undefined) await wait(fault.delayMs);
  const seen = {
    at,
    via: 'socket',
    body: text === undefined ? '[binary]' : keepable(text, token === '' ? guest.token : token),
    ...(conversationId !== undefined && { conversationId }),
    ...(guestId !== undefined && { guestId }),
    authorization: guestId === undefined ? 'unknown' : 'guest',
  } as const;
  if (fault?.drop === true) {
    journal.record({ ...seen, status: 0 });
    return false;
  }
  journal.record(seen);
  if (fault?.status === undefined) act(value, guest, ports);
  else guest.send(faultFrame(fault, fault.status, frame));
  return true;
}

function faultFrame(fault: Fault, status: number, frame: Envelope | undefined): object {
  const isRate = status === 429 || status === CODE.requestRateTooHigh;
  if (isRate) return tooManyRequests(fault.retryAfter ?? 1, frame?.tracingId);
  return plainError(status, fault.errorCode ?? `Simulated fault: ${status}`, frame?.tracingId);
}
