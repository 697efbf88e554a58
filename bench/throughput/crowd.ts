import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { TICKET_LIFE_S } from '../../functions/relay/constants.ts';
import { sealTicket } from '../../functions/relay/ticket.ts';
import { makeOrg, type Org } from '../load/org.ts';
import type { CrowdOptions } from './wire.ts';

/** A guest with a connection that a ticket of its own opened. */
export interface Guest {
  readonly conversationId: string;
  readonly send: (isTyping: boolean) => void;
}

/** Guests on one stack. */
export interface Crowd {
  readonly guests: readonly Guest[];
  readonly org: Org;
  /** What went wrong since it was last asked, and how often. */
  readonly trouble: () => Record<string, number>;
  readonly close: () => void;
}

/** A burst that no crowd makes would only start as many environments at once. */
const OPENING_AT_A_TIME = 8;
const OPENS_WITHIN_MS = 29_000;

const AnyFrame = z.union([
  z.object({ error: z.object({ code: z.string() }) }).transform(({ error }) => error.code),
  // API Gateway's own.
  z.object({ message: z.string() }).transform(({ message }) => message),
]);

/** Opens a connection for each guest; one that does not open is trouble, and left out. */
export async function openCrowd({ gateway, genesys, keys, connections }: CrowdOptions): Promise<Crowd> {
  const org = makeOrg(genesys);
  const sockets: WebSocket[] = [];
  const guests: Guest[] = [];
  let troubles: Record<string, number> = {};
  const note = (what: string): void => {
    troubles[what] = (troubles[what] ?? 0) + 1;
  };
  let closing = false;

  async function openOne(): Promise<void> {
    const { conversationId, socketUrl } = await org.newGuest();
    const iat = Math.floor(Date.now() / 1_000);
    const upstream = { kind: 'typing-frame', socketUrl } as const;
    const claims = { sub: 'crowd', iat, exp: iat + TICKET_LIFE_S, jti: randomUUID(), upstream };
    const socket = new WebSocket(gateway, ['typing-relay', await sealTicket(keys, claims)], {
      perMessageDeflate: false,
      handshakeTimeout: OPENS_WITHIN_MS,
    });
    await once(socket, 'open');
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      if (!closing) note(`a connection closed with ${code}`);
    });
    socket.on('message', (data: Buffer) => {
      note(`a frame: ${wordsOf(data.toString())}`);
    });
    guests.push({
      conversationId,
      send: (isTyping) => {
        socket.send(JSON.stringify({ type: 'typing', data: { isTyping } }));
      },
    });
  }

  let next = 0;
  async function openSome(): Promise<void> {
    while (next < connections) {
      next += 1;
      await openOne().catch((error: unknown) => {
        note(`a connection was refused: ${String(error)}`);
      });
    }
  }
  await Promise.all(Array.from({ length: OPENING_AT_A_TIME }, openSome));
  return {
    guests,
    org,
    trouble: () => {
      const since = troubles;
      troubles = {};
      return since;
    },
    close: () => {
      closing = true;
      for (const socket of sockets) socket.terminate();
    },
  };
}

/** Who has not typed for longest is first next time: in a few stretches everyone types, however slow the stack. */
export const restedFirst = (guests: readonly Guest[], typed: readonly string[]): readonly Guest[] => {
  const tired = new Set(typed);
  const isTired = ({ conversationId }: Guest): boolean => tired.has(conversationId);
  return [...guests.filter((guest) => !isTired(guest)), ...guests.filter(isTired)];
};

function wordsOf(text: string): string {
  try {
    return AnyFrame.parse(JSON.parse(text));
  } catch {
    return text;
  }
}
