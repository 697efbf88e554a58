import type { IncomingMessage } from 'node:http';

import * as z from 'zod/mini';

import type { Answer } from '../../http/answer.ts';
import { match, parseTarget } from '../../http/routing.ts';
import { parseJson } from '../../json.ts';
import type { Fault } from '../faults.ts';
import { faultAnswer } from '../faults.ts';
import type { GuestRecord } from '../guest-record.ts';
import { keepable } from '../journal.ts';
import { orgError } from '../org-error.ts';
import { GUEST_SCOPE } from '../permissions.ts';
import type { OrgPorts } from '../ports.ts';
import type { Frame } from './frames-in-order.ts';
import { readInOrder } from './frames-in-order.ts';
import type { SocketRegistry } from './registry.ts';
import type { Judge, Verdict } from './upgrades.ts';

/** The frames that the thread names; what else a guest sends is ignored in silence. */
const frameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('typing'), data: z.object({ isTyping: z.boolean() }) }),
  z.object({ type: z.literal('message'), data: z.object({ text: z.string().check(z.minLength(1)) }) }),
]);

const routes = [{ method: 'GET', path: '/guests/:guestId/socket' }];

/** The guest socket of the thread: typing and messages come in, nothing but pongs goes out. */
export function makeThreadSocket(ports: OrgPorts, registry: SocketRegistry): Judge {
  return async (request) => {
    const at = new Date().toISOString();
    const { path, segments, query } = parseTarget(request.url);
    const found = segments && match(routes, 'GET', segments);
    const guest = ports.state.guest(found?.params.get('guestId') ?? '');
    const token = query.get('token') ?? '';
    const allowed = guest?.guestToken === token;

    const fault = ports.faults.take('upgrade', guest?.conversationId);
    if (fault?.delayMs !== undefined) await ports.wait(fault.delayMs);
    return {
      refusal: refusalOf(fault, found !== undefined, allowed),
      drop: fault?.drop === true,
      record: recorder(ports, request, at, {
        path,
        ...(guest && { conversationId: guest.conversationId, guestId: guest.guestId }),
        authorization: allowed ? 'guest' : token === '' ? 'none' : 'unknown',
      }),
      open(socket) {
        if (guest === undefined) return;
        registry.add(socket, guest.conversationId);
        readInOrder(socket, (frame) => handleFrame(frame, guest, ports));
      },
    };
  };
}

interface Seen {
  path: string;
  conversationId?: string;
  guestId?: string;
  authorization: 'guest' | 'none' | 'unknown';
}

function recorder(
  { journal }: OrgPorts,
  { method = '' }: IncomingMessage,
  at: string,
  seen: Seen,
): Verdict['record'] {
  return (status) => {
    journal.record({ at, via: 'upgrade', method, status, body: '', ...seen });
  };
}

function refusalOf(fault: Fault | undefined, found: boolean, allowed: boolean): Answer | undefined {
  if (fault?.status !== undefined) return faultAnswer(fault, fault.status, 'upgrade', GUEST_SCOPE);
  if (!found) return orgError(404, 'not.found', 'No socket is offered here.');
  return allowed ? undefined : orgError(403, 'not.authorized', 'The guest is unknown or its token is wrong.');
}

/** Answers whether the socket lives on. */
async function handleFrame(
  { text, at }: Frame,
  { conversationId, guestId, guestToken }: GuestRecord,
  { state, faults, journal, wait }: OrgPorts,
): Promise<boolean> {
  const fault = faults.take('frame', conversationId);
  if (fault?.delayMs !== undefined) await wait(fault.delayMs);
  const body = text === undefined ? '[binary]' : keepable(text, guestToken);
  const seen = { at, via: 'socket', body, conversationId, guestId, authorization: 'guest' } as const;
  if (fault?.drop === true) {
    journal.record({ ...seen, status: 0 });
    return false;
  }
  journal.record(seen);
  const frame = frameSchema.safeParse(parseJson(text ?? ''));
  if (frame.data?.type === 'typing') state.setTyping(conversationId, frame.data.data.isTyping);
  if (frame.data?.type === 'message') state.addMessage(conversationId, frame.data.data.text);
  return true;
}
