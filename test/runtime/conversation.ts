import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { TICKET_LIFE_S } from '../../functions/relay/constants.ts';
import { sealTicket, type TicketClaims } from '../../functions/relay/ticket.ts';
import { ticketKeys } from '../../functions/relay/ticket-keys.ts';
import { type GuestRecord, guestRecord } from '../../local/genesys/guest-record.ts';
import type { LocalRun } from '../../local/run.ts';

interface Run extends Pick<LocalRun, 'gateway' | 'genesys' | 'ticketKeyFile'> {
  /** Ends every wait. */
  readonly signal: AbortSignal;
}

/** No answer takes so long, cold starts on a busy machine included. */
const LONGEST_WAIT_MS = 30_000;

const Frame = z.looseObject({ type: z.string() });
type Frame = z.infer<typeof Frame>;
const Screen = z.object({ guestTyping: z.boolean() });

/** One conversation takes each function but one through an event; the delay queue comes to that one later. */
export interface Conversation {
  /** Whether the agent still sees the silent guest typing. */
  readonly isShown: () => Promise<boolean>;
  /** Ends the connection that was kept. */
  readonly close: () => Promise<void>;
}

/**
 * Two guests: one types over a held upstream, sends a wrong frame and falls silent, with its connection open. An agent
 * types to the other, who then leaves. Rejects at the first answer that is not as it should be.
 */
export async function converse(run: Run): Promise<Conversation> {
  const { conversationId, participantId } = await newGuest(run, {});
  const typist = await connect(run, { kind: 'participant-state', conversationId, participantId });
  await typist.ask({ type: 'typing', data: { isTyping: true }, id: '1' }, { outcome: 'forwarded' });
  await typist.ask({ type: 'tpying' }, { type: 'error' });
  await typist.ask({ type: 'ping' }, { type: 'pong' });

  const guest = await newGuest(run, { channel: 'open' });
  const { integrationId, openUserId: userId } = guest;
  const reader = await connect(run, { kind: 'open-messaging', integrationId, userId });
  const shown = reader.expect({ type: 'typing' });
  await control(run, 'POST', `conversations/${guest.conversationId}/agent-typing`);
  await shown;
  await reader.close();
  const isShown = async (): Promise<boolean> =>
    Screen.parse(await control(run, 'GET', `conversations/${conversationId}`)).guestTyping;
  return { isShown, close: typist.close };
}

interface Client {
  /** Sends a frame and waits for an answer that has these fields. */
  readonly ask: (frame: object, answer: Partial<Frame>) => Promise<void>;
  /** Waits for a frame that has these fields; any other fails. */
  readonly expect: (answer: Partial<Frame>) => Promise<void>;
  readonly close: () => Promise<void>;
}

async function connect(run: Run, upstream: TicketClaims['upstream']): Promise<Client> {
  const keys = ticketKeys.parse(JSON.parse(await readFile(run.ticketKeyFile, 'utf8')));
  const iat = Math.floor(Date.now() / 1000);
  const claims = { sub: 'guest', iat, exp: iat + TICKET_LIFE_S, jti: randomUUID(), upstream };
  const wait = () => ({ signal: AbortSignal.any([run.signal, AbortSignal.timeout(LONGEST_WAIT_MS)]) });
  const socket = new WebSocket(run.gateway, ['typing-relay', await sealTicket(keys, claims)]);
  await once(socket, 'open', wait());
  async function expect(answer: Partial<Frame>): Promise<void> {
    const [data] = z
      .tuple([z.instanceof(Buffer)])
      .rest(z.unknown())
      .parse(await once(socket, 'message', wait()));
    const frame = Frame.parse(JSON.parse(data.toString()));
    const isRight = Object.entries(answer).every(([key, value]) => frame[key] === value);
    if (!isRight) throw new Error(`The relay answered ${data.toString()}, not ${JSON.stringify(answer)}`);
  }
  return {
    expect,
    ask: async (frame, answer) => {
      const answered = expect(answer);
      socket.send(JSON.stringify(frame));
      await answered;
    },
    close: async () => {
      socket.close();
      await once(socket, 'close', wait());
    },
  };
}

async function newGuest(run: Run, options: object): Promise<GuestRecord> {
  return guestRecord.parse(await control(run, 'POST', 'guests', options));
}

async function control(
  { genesys }: Run,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<unknown> {
  const answer = await fetch(`${genesys}/control/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`The org answered ${path} with ${answer.status}: ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}
