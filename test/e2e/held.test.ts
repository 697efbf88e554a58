import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  arrivals,
  arrived,
  bubble,
  connect,
  cuttable,
  connectFor,
  type Guest,
  local,
  newGuest,
  newTicket,
  type OrgMessage,
  participantState,
  setFaults,
  spawnClient,
  typing,
  typingFrame,
  untilForwarded,
} from './world.ts';

const socketBody = z.object({ data: z.object({ isTyping: z.boolean() }) });
const restBody = z.object({ state: z.string() });

/** The typing states that the org was told for this guest, in order. */
const told = (messages: OrgMessage[]): boolean[] =>
  messages.flatMap(({ body }) => {
    const frame = socketBody.safeParse(body).data?.data.isTyping;
    const state = restBody.safeParse(body).data?.state;
    if (frame !== undefined) return [frame];
    return state === undefined ? [] : [state === 'typing'];
  });

describe.each([
  ['typing-frame', typingFrame],
  ['participant-state', participantState],
])('a bubble that %s holds', (_, upstream) => {
  it('costs one call, however often the guest repeats itself', async () => {
    const guest = await newGuest();
    const client = await connectFor(upstream(guest));
    expect(await client.ask(typing(true, '1'))).toMatchObject({ outcome: 'forwarded' });
    for (const id of ['2', '3', '4'])
      expect(await client.ask(typing(true, id))).toMatchObject({ outcome: 'coalesced' });
    expect(told(await arrived(guest))).toEqual([true]);
  });

  it('stays while another tab of the guest types', async () => {
    const guest = await newGuest();
    const [first, second] = [await connectFor(upstream(guest)), await connectFor(upstream(guest))];
    await first.ask(typing(true, '1'));
    await second.ask(typing(true, '1'));
    expect(await first.ask(typing(false, '2'))).toMatchObject({ outcome: 'ignored' });
    expect(await bubble(guest)).toBe(true);
    expect(await second.ask(typing(false, '2'))).toMatchObject({ outcome: 'forwarded' });
    expect(await bubble(guest)).toBe(false);
  });

  it('is not ended by a guest who never typed', async () => {
    const guest = await newGuest();
    const [typist, reader] = [await connectFor(upstream(guest)), await connectFor(upstream(guest))];
    await typist.ask(typing(true, '1'));
    reader.socket.close();
    await typist.ask({ type: 'ping' });
    expect(told(await arrived(guest))).toEqual([true]);
  });

  it('ends when the guest falls silent, and its connection lives on', async () => {
    const guest = await newGuest();
    const client = await connectFor(upstream(guest));
    await client.ask(typing(true, '1'));
    const shown = (await arrived(guest)).length;
    // No off comes and no end: only the delay queue can know.
    const messages = await arrivals(guest, shown + (upstream(guest).kind === 'typing-frame' ? 2 : 1));
    expect(told(messages)).toEqual([true, false]);
    expect(await bubble(guest)).toBe(false);
    expect(await client.ask({ type: 'ping' })).toEqual({ type: 'pong' });
  });
});

describe('a guest whose process is killed', () => {
  it('is off upstream', async () => {
    const guest = await newGuest();
    const client = await spawnClient(await newTicket(typingFrame(guest)));
    const shown = await arrivals(guest, 2);
    expect(told(shown)).toEqual([true]);
    client.kill('SIGKILL');
    // The function of $disconnect opens a socket of its own.
    expect(told(await arrivals(guest, shown.length + 2))).toEqual([true, false]);
  });
});

describe('a guest whose network is cut', () => {
  it('is off upstream, though its connection stays open for the gateway', async () => {
    const guest = await newGuest();
    const way = await cuttable(local.gateway);
    const client = await connect(await newTicket(typingFrame(guest)), 'subprotocol', way.url);
    await client.ask(typing(true, '1'));
    way.cut();
    client.socket.terminate();
    const messages = await arrivals(guest, (await arrived(guest)).length + 2);
    expect(told(messages)).toEqual([true, false]);
    expect(way.open()).toBe(true);
  });
});

describe('an off that the org did not take', () => {
  it('is sent again by the delay queue', async () => {
    const guest = await newGuest();
    const client = await connectFor(participantState(guest));
    await client.ask(typing(true, '1'));
    await setFaults(guest, { on: 'participant', status: 503, times: 1 });
    expect(await client.ask(typing(false, '2'))).toMatchObject({ error: { code: 'upstream_unavailable' } });
    const before = (await arrived(guest)).length;
    const messages = await arrivals(guest, before + 1);
    expect(messages.at(-1)).toMatchObject({ status: 200, body: { state: 'connected' } });
    expect(await bubble(guest)).toBe(false);
  });
});

describe('an on that the org did not take', () => {
  it('does not count as shown: the next one tries again', async () => {
    const guest: Guest = await newGuest();
    const client = await connect(await newTicket(participantState(guest)));
    await setFaults(guest, { on: 'participant', status: 403, times: 1 });
    expect(await client.ask(typing(true, '1'))).toMatchObject({ error: { reason: 'missing_permission' } });
    await untilForwarded(client);
    expect(await bubble(guest)).toBe(true);
  });
});
