import { afterAll, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { accessibilityProblems, closeBrowser, typeUntil, type Visit } from './visit.ts';
import { describeInBrowser, visitShared } from './world.ts';

afterAll(closeBrowser);

/** A conversation in its middle: messages of both sides, and the guest types. */
async function talk({ guest, desk, atDesk, atGuest, deskLines, guestLines }: Visit): Promise<void> {
  await guest.fill('Hello');
  await guest.press('Enter');
  await deskLines.getByText('Hello').waitFor();
  await typeUntil(desk, atGuest.shown);
  await desk.press('Enter');
  await guestLines.nth(1).waitFor();
  await typeUntil(guest, atDesk.shown);
}

describeInBrowser('the page by keyboard alone', () => {
  it('begins in the guest’s field, and leads through everything in the order of reading', async () => {
    const { page, rows } = await visitShared();
    await rows.first().waitFor();
    const names: string[] = [];
    while (!names.includes('Clear')) {
      names.push(z.string().parse(await page.evaluate(FOCUSED)));
      await page.keyboard.press('Tab');
    }
    expect(names).toEqual([
      'Message to the agent',
      'Send as the guest',
      'The agent’s messages',
      'Message to the guest',
      'Send as the agent',
      'open-messaging',
      'None',
      'Open a second tab',
      'Clear',
    ]);
  });

  it('a whole conversation, a fault and a look at the way', async () => {
    const { page, atDesk, deskLines, notice, steps } = await visitShared();
    const { keyboard } = page;
    await keyboard.type('Hello');
    await atDesk.shown();
    await keyboard.press('Enter');
    await deskLines.getByText('Hello').waitFor();
    // Faults are two groups on from the desk’s button.
    await page.getByLabel('Message to the guest').focus();
    for (const key of ['Tab', 'Tab', 'Tab', 'ArrowRight']) await keyboard.press(key);
    expect(await page.getByLabel('Org down').isChecked()).toBe(true);
    await page.getByLabel('Message to the agent', { exact: true }).focus();
    await typeUntil(page.locator('#guest-text'), () => notice('guest').getByText('To recover').waitFor());
    await page.getByRole('button', { name: 'Clear' }).focus();
    await keyboard.press('Tab');
    await keyboard.press('End');
    await steps.getByText('Authorizer').waitFor();
    await page.getByRole('button', { name: 'Follow the newest' }).focus();
    await keyboard.press('Enter');
    expect(await page.getByRole('button', { name: 'Follow the newest' }).isVisible()).toBe(false);
  });

  it('each thing that has the focus shows it', async () => {
    const { page } = await visitShared();
    await page.keyboard.press('Tab');
    for (let step = 0; step < 8; step += 1) {
      expect(await page.evaluate(OUTLINE), String(await page.evaluate(FOCUSED))).not.toBe('none');
      await page.keyboard.press('Tab');
    }
  });

  it('a link leads past the chats to the way', async () => {
    const { page } = await visitShared();
    const link = page.getByRole('link', { name: 'Skip to the way of each message' });
    await link.focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('way-title');
  });
});

const FOCUSED = `(() => {
  const { activeElement: focused } = document;
  return focused.ariaLabel ?? focused.labels?.[0]?.textContent.trim() ?? focused.textContent.trim();
})()`;
/** A chip shows the focus of the radio button that lies over it. */
const OUTLINE = `getComputedStyle(document.activeElement.closest('.chip') ?? document.activeElement).outlineStyle`;

describeInBrowser('the page on a phone', () => {
  it('is no wider than 360 pixels, also in the middle of a conversation and with a fault', async () => {
    const seen = await visitShared({ width: 360 });
    await talk(seen);
    await seen.rows.first().click();
    expect(await width(seen)).toBe(360);
    await seen.goesWrong('Org down');
    await typeUntil(seen.guest, () => seen.notice('guest').getByText('To recover').waitFor());
    expect(await width(seen)).toBe(360);
  });
});

const width = async ({ page }: Visit): Promise<unknown> =>
  page.evaluate('document.documentElement.scrollWidth');

describeInBrowser('the page and the network', () => {
  it('asks its own server and the gateway, and no other host', async () => {
    const seen = await visitShared();
    await talk(seen);
    await seen.choose('web-messaging');
    const { page, gateway } = inject('local');
    const origins = new Set(seen.asked.map((url) => new URL(url).origin));
    expect(origins).toEqual(new Set([page, new URL(gateway).origin]));
  });
});

describeInBrowser('axe-core finds nothing', () => {
  it.each([
    ['in light', { colorScheme: 'light' }],
    ['in dark', { colorScheme: 'dark' }],
    ['on a phone', { width: 360 }],
  ] as const)('%s', async (_where, options) => {
    const seen = await visitShared(options);
    expect(await accessibilityProblems(seen.page)).toEqual([]);
    await talk(seen);
    expect(await accessibilityProblems(seen.page)).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'with a fault, a cut socket and a second tab, in %s',
    async (colorScheme) => {
      const { page, guest, goesWrong, notice } = await visitShared({ colorScheme });
      await page.getByRole('button', { name: 'Open a second tab' }).click();
      await goesWrong('Org down');
      await typeUntil(guest, () => notice('guest').getByText('To recover').waitFor());
      expect(await accessibilityProblems(page)).toEqual([]);
      await goesWrong('Socket cut');
      await typeUntil(guest, () => notice('guest').getByText('is lost').waitFor());
      expect(await accessibilityProblems(page)).toEqual([]);
    },
  );
});
