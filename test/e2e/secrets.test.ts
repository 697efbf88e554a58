import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ticketKeys } from '../../functions/relay/ticket-keys.ts';
import {
  connect,
  connectFor,
  framesSeen,
  local,
  newGuest,
  newTicket,
  participantState,
  setFaults,
  typing,
  typingFrame,
} from './world.ts';

it('no secret, token, ticket or text of a guest is in any log line or error frame', async () => {
  const guest = await newGuest();
  const secrets = [
    guest.guestToken,
    guest.socketUrl,
    ticketKeys.parse(JSON.parse(readFileSync(local.ticketKeyFile, 'utf8'))).key,
  ];

  // Every way to fail that writes a line: a spent ticket, a bad one, a refused socket, a refused call, a wrong frame.
  const ticket = await newTicket(typingFrame(guest));
  const client = await connect(ticket);
  await expect(connect(ticket)).rejects.toThrow('403');
  const elsewhere = await newTicket({
    kind: 'typing-frame',
    socketUrl: 'wss://evil.example.com/?token=evil-token',
  });
  await expect(connect(elsewhere)).rejects.toThrow('403');
  secrets.push(ticket, elsewhere, 'evil-token');

  await setFaults(guest, { on: 'upgrade', status: 403, times: 1 });
  expect(await client.ask(typing(true))).toMatchObject({ type: 'error' });
  for (const fault of [
    { status: 403, permissions: guest.guestToken },
    { status: 400, errorCode: guest.guestToken },
    { drop: true },
  ]) {
    const other = await newGuest();
    secrets.push(other.guestToken);
    const asGuest = await connectFor({ ...participantState(other), guestToken: other.guestToken });
    await setFaults(other, { on: 'participant', ...fault });
    expect(await asGuest.ask(typing(true))).toMatchObject({ type: 'error' });
  }

  secrets.push('what the guest wrote');
  for (const frame of ['"what the guest wrote"', '{"type":"what the guest wrote"}', 'what the guest wrote']) {
    expect(await client.ask(frame)).toMatchObject({ type: 'error' });
  }
  expect(await client.ask({ type: 'typing', data: 'what the guest wrote' })).toMatchObject({ type: 'error' });

  const log = readFileSync(local.logFile, 'utf8');
  const frames = framesSeen.join('\n');
  expect(log).toContain('ticket_refused');
  expect(log).toContain('upstream_unavailable');
  expect(frames).toContain('upstream_rejected');
  const leaked = secrets.filter((secret) => log.includes(secret) || frames.includes(secret));
  expect(leaked).toEqual([]);
  // Compact JWEs, bearer tokens and stacks, whoever's they are.
  expect(`${log}\n${frames}`).not.toMatch(/eyJ[\w-]+\.\.|Bearer |(\n|\\n)\s+at /);
});
