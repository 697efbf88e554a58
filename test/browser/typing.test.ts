import { stdout } from 'node:process';
import { afterAll, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { control } from '../e2e/world.ts';
import { closeBrowser, type Visit, typeUntil } from './visit.ts';
import { describeInBrowser, visitShared } from './world.ts';

afterAll(closeBrowser);

const screen = z.object({ guestTyping: z.boolean() });
const messages = z.object({ messages: z.array(z.object({ body: z.unknown() })) });

const bubbleAtOrg = async (conversationId: string): Promise<boolean> =>
  screen.parse(await control('GET', `conversations/${conversationId}`)).guestTyping;
const lastAtOrg = async (conversationId: string): Promise<unknown> =>
  messages.parse(await control('GET', `messages?conversationId=${conversationId}`)).messages.at(-1)?.body;

/** Notes when an "on" left the page, and when the desk showed it. */
const STOPWATCH = `
  const send = WebSocket.prototype.send;
  let sentAt;
  window.latencies = [];
  WebSocket.prototype.send = function (data) {
    if (String(data).includes('"isTyping":true')) sentAt ??= performance.now();
    return send.call(this, data);
  };
  addEventListener('DOMContentLoaded', () => {
    new MutationObserver(([{ target }]) => {
      if (!target.classList.contains('shown') || sentAt === undefined) return;
      latencies.push(performance.now() - sentAt);
      sentAt = undefined;
    }).observe(document.getElementById('desk-bubble'), { attributeFilter: ['class'] });
  });
`;

describeInBrowser('the guest’s typing on the page', () => {
  it('is at the desk within a moment; how long that took is printed', async () => {
    const { guest, atDesk, page } = await visitShared({ script: STOPWATCH });
    const rounds = 7;
    for (let round = 0; round < rounds; round += 1) {
      await typeUntil(guest, atDesk.shown);
      await guest.press('Enter');
      await atDesk.hidden();
    }
    const latencies = z.array(z.number()).parse(await page.evaluate('latencies'));
    expect(latencies.length).toBeGreaterThanOrEqual(rounds);
    const [first = NaN, ...later] = latencies;
    const [least, median, most] = [0, 0.5, 1].map((part) => quantile(later, part).toFixed(0));
    stdout.write(
      `From the "on" to the bubble at the desk: first key ${first.toFixed(0)} ms, then median ${median} ms (${least} to ${most} ms)\n`,
    );
  });

  it('shows at the desk, and ends when the message is sent', async () => {
    const { guest, atDesk, deskLines, page } = await visitShared();
    await guest.press('H');
    await atDesk.shown();
    expect(await page.locator('#desk-typing').textContent()).toBe('Guest is typing…');
    await guest.pressSequentially('ello');
    await guest.press('Enter');
    await atDesk.hidden();
    await deskLines.getByText('Hello').waitFor();
    expect(await page.locator('#desk-typing').textContent()).toBe('');
    expect(await guest.inputValue()).toBe('');
  });

  it('ends by an off when no key comes for a while, where the upstream holds it', async () => {
    const { guest, atDesk, choose, conversationId } = await visitShared();
    await choose('participant-state');
    await guest.press('a');
    await atDesk.shown();
    await atDesk.hidden();
    expect(await lastAtOrg(conversationId())).toMatchObject({ state: 'connected' });
  });

  it('lapses by itself where the upstream knows no off', async () => {
    const { guest, atDesk } = await visitShared();
    await guest.press('a');
    await atDesk.shown();
    await atDesk.hidden();
  });

  it('ends when the tab is closed', async () => {
    const { guest, atDesk, choose, conversationId, page } = await visitShared();
    await choose('typing-frame');
    await guest.press('a');
    await atDesk.shown();
    await page.context().close();
    await vi.waitUntil(async () => !(await bubbleAtOrg(conversationId())), { timeout: 20_000 });
    expect(await lastAtOrg(conversationId())).toEqual({ type: 'typing', data: { isTyping: false } });
  });
});

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.round((sorted.length - 1) * part)] ?? NaN;
}

describeInBrowser('the agent’s typing on the page', () => {
  const agentWrites = async ({ desk, atGuest, guestLines }: Visit): Promise<void> => {
    await desk.press('H');
    await atGuest.shown();
    await desk.press('i');
    await desk.press('Enter');
    await atGuest.hidden();
    await guestLines.getByText('Hi').waitFor();
  };

  it('comes back through the webhook and the relay, and ends with the message', async () => {
    const seen = await visitShared();
    await agentWrites(seen);
    const row = seen.page.getByRole('button', { name: 'Agent types' });
    await row.click();
    await seen.steps.getByText('POST /webhooks/open-messaging').waitFor();
    await seen.steps.getByText('"expiresInMs"').waitFor();
  });

  it('comes from Genesys itself with web messaging, and the page says so', async () => {
    const seen = await visitShared();
    await seen.choose('web-messaging');
    await seen.page.getByText('from Genesys itself').waitFor();
    // Genesys tells a guest’s sockets: the relay’s own is the one that this conversation has.
    await seen.guest.press('a');
    await seen.atDesk.shown();
    await agentWrites(seen);
  });

  it.each(['typing-frame', 'participant-state'] as const)('has no way back with %s', async (kind) => {
    const { choose, page, desk, guestLines } = await visitShared();
    await choose(kind);
    await page.getByText('No way back here').waitFor();
    await desk.fill('Hi');
    await desk.press('Enter');
    await guestLines.getByText('Hi').waitFor();
    expect(await page.locator('#guest-bubble.shown').count()).toBe(0);
  });
});
