import { afterAll, expect, it } from 'vitest';
import { closeBrowser, typeUntil } from './visit.ts';
import { describeInBrowser, visitShared } from './world.ts';

afterAll(closeBrowser);

/** What the way of a message shows of each upstream's own form. */
const FORMS = {
  'web-messaging': '"action":"onMessage"',
  'open-messaging': '/inbound/open/event',
  'typing-frame': 'guest socket',
  'participant-state': '"state":"typing"',
} as const;

describeInBrowser('the choice of an upstream', () => {
  it.each(['web-messaging', 'open-messaging', 'typing-frame', 'participant-state'] as const)(
    '%s: the guest types, the desk shows it, and the way shows how',
    async (kind) => {
      const { page, guest, atDesk, choose, rows, steps } = await visitShared();
      if (kind !== 'open-messaging') await choose(kind);
      await typeUntil(guest, atDesk.shown);
      await rows.filter({ hasText: 'Typing on' }).last().click();
      await steps.getByText(FORMS[kind]).first().waitFor();
      await steps.getByText('forwarded').waitFor();
      expect(await steps.locator('.stage').allTextContents()).toEqual(
        expect.arrayContaining(['Frame in', 'Function', 'Decision', 'Upstream']),
      );
      expect(await page.locator('#count-frames').textContent()).not.toBe('0');
      expect(await page.locator('#count-sends').textContent()).not.toBe('0');
    },
  );

  it('agent-communication: the desk types on the relay, and the guest is shown it', async () => {
    const { page, desk, guest, atGuest, atDesk, choose, steps, rows } = await visitShared();
    await choose('agent-communication');
    await page.getByText('You are the agent or bot on the relay').waitFor();
    await page.locator('#desk-state').getByText('on the relay').waitFor();
    await typeUntil(desk, atGuest.shown);
    await rows.filter({ hasText: 'Typing on' }).last().click();
    await steps.getByText(/communications\/[\w-]+\/typing/).waitFor();
    await desk.press('Enter');
    await atGuest.hidden();
    await guest.press('a');
    expect(await page.locator('#desk-bubble.shown').count()).toBe(0);
    await atDesk.hidden();
  });

  it('is a new conversation: both chats are empty, and the way goes on', async () => {
    const { guest, deskLines, guestLines, choose, rows, conversationId } = await visitShared();
    const before = conversationId();
    await guest.fill('Hello');
    await guest.press('Enter');
    await deskLines.getByText('Hello').waitFor();
    await choose('typing-frame');
    expect(conversationId()).not.toBe(before);
    expect(await deskLines.count()).toBe(0);
    expect(await guestLines.count()).toBe(0);
    await rows.filter({ hasText: 'Disconnect' }).waitFor();
  });
});

describeInBrowser('the way of each message', () => {
  it('that was cleared does not come back, and the focus stays in the list', async () => {
    const { page, guest, atDesk, rows, steps } = await visitShared();
    const newest = page.getByRole('button', { name: 'Follow the newest' });
    await typeUntil(guest, atDesk.shown);
    await rows.filter({ hasText: 'Typing on' }).first().click();
    await newest.waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await rows.count()).toBe(0);
    await guest.fill('Hello');
    await guest.press('Enter');
    // A chat message does not lead: what is newest is known only by what was cleared.
    const chat = rows.filter({ hasText: 'Guest writes' });
    await chat.click();
    await newest.click();
    expect(await steps.filter({ hasText: 'Authorizer' }).count()).toBe(0);
    expect(await page.locator('#way-list [aria-current="true"]').count()).toBe(1);
    expect(await page.evaluate(`document.activeElement.className`)).toBe('row');
  });
});

describeInBrowser('the counters', () => {
  it('tell what was saved, beside a call for each key', async () => {
    const { page, guest, atDesk, deskLines } = await visitShared();
    await guest.pressSequentially('Hello there');
    await atDesk.shown();
    await guest.press('Enter');
    await deskLines.getByText('Hello there').waitFor();
    expect(await page.locator('.counters').innerText()).toMatchInlineSnapshot(`
      "Keys typed
      11
      a call each without the relay
      Frames in
      1
      messages on the WebSocket
      Sends upstream
      1
      to Genesys
      Calls saved
      10
      10 by the client, 0 coalesced, 0 stale, 0 ignored"
    `);
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await page.locator('.counters dd:not(.why)').allTextContents()).toEqual(['0', '0', '0', '0']);
  });
});
