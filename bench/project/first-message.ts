import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { TICKET_LIFE_S } from '../../functions/relay/constants.ts';
import { ticketKeys } from '../../functions/relay/ticket-keys.ts';
import { sealTicket } from '../../functions/relay/ticket.ts';
import { ROOT } from '../../infra/bundle.ts';
import { type Guest, makeOrg } from '../load/org.ts';
import { type Group, startGroup } from './group.ts';

/** Seconds since `npm start` was entered. */
export interface FirstMessage {
  /** All is up: it says so. */
  ready: number;
  /** The agent's screen in the simulated org shows that the guest types. */
  relayed: number;
}

const Ready = z.object({ gateway: z.string(), genesys: z.string(), ticketKeyFile: z.string() });
const Conversation = z.object({ guestTyping: z.boolean() });

const ASKED_EVERY_MS = 10;
const RELAYED_WITHIN_MS = 30_000;

/**
 * Enters `npm start`, connects a guest by a ticket and lets it type.
 * @throws Error when the run does not come up, or the message is not relayed
 */
export async function firstMessage(signal: AbortSignal): Promise<FirstMessage> {
  const began = performance.now();
  const since = (): number => (performance.now() - began) / 1_000;
  const ports = ['gateway', 'http', 'page', 'genesys'].flatMap((name) => [`--${name}-port`, '0']);
  const npm = startGroup('npm', ['start', '--silent', '--', '--json', '--quiet', ...ports], { cwd: ROOT });
  try {
    const run = await readiness(npm, signal);
    const ready = since();
    await typeAsGuest(run, signal);
    return { ready, relayed: since() };
  } finally {
    await npm.end();
  }
}

async function readiness({ child, closed }: Group, signal: AbortSignal): Promise<z.infer<typeof Ready>> {
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line', { signal }),
    closed.then(() => [undefined]),
  ]);
  const [text] = z.tuple([z.string().optional()]).parse(line);
  if (text === undefined) throw new Error(`npm start ended before it was up.\n${said}`);
  return Ready.parse(JSON.parse(text));
}

async function typeAsGuest(
  { gateway, genesys, ticketKeyFile }: z.infer<typeof Ready>,
  signal: AbortSignal,
): Promise<void> {
  const guest = await makeOrg(genesys).newGuest();
  const keys = ticketKeys.parse(JSON.parse(await readFile(ticketKeyFile, 'utf8')));
  const socket = new WebSocket(gateway, ['typing-relay', await sealTicket(keys, claimsOf(guest))]);
  try {
    await once(socket, 'open', { signal });
    socket.send(JSON.stringify({ type: 'typing', data: { isTyping: true } }));
    await shown(`${genesys}/control/conversations/${guest.conversationId}`, signal);
  } finally {
    socket.terminate();
  }
}

function claimsOf({ socketUrl }: Guest) {
  const iat = Math.floor(Date.now() / 1_000);
  const upstream = { kind: 'typing-frame', socketUrl };
  return { sub: 'guest', iat, exp: iat + TICKET_LIFE_S, jti: randomUUID(), upstream };
}

/** Waits until the agent's screen shows the bubble. @throws Error when it does not */
export async function shown(url: string, signal: AbortSignal, withinMs = RELAYED_WITHIN_MS): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const { guestTyping } = Conversation.parse(await (await fetch(url, { signal })).json());
    if (guestTyping) return;
    if (performance.now() >= deadline) throw new Error('the first message was not relayed');
    await delay(ASKED_EVERY_MS, undefined, { signal });
  }
}
