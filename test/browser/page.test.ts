import { afterAll, expect, inject, it, vi } from 'vitest';
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
    // A row or two more than there are, should one not be found.
    for (let step = 0; step < 12 && !names.includes('What the words mean'); step += 1) {
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
      'What the words mean',
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
    await page.getByText('What the words mean').focus();
    await keyboard.press('Enter');
    await page.getByText('It changes nothing there, so no call.').waitFor();
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

/** Messages of both sides in turn. */
async function writeMany({ guest, desk, deskLines }: Visit, count: number): Promise<void> {
  for (let message = 1; message <= count; message += 1) {
    const field = message % 2 === 1 ? guest : desk;
    await field.fill(`Message ${message}`);
    await field.press('Enter');
    await deskLines.nth(message - 1).waitFor();
  }
}

describeInBrowser('a long conversation', () => {
  it('is scrolled in its window, and the page grows no longer by it', async () => {
    const seen = await visitShared();
    await writeMany(seen, 40);
    await seen.rows.nth(12).waitFor();
    expect(await seen.page.evaluate(BELOW_MAIN)).toBeLessThan(40);
  });

  it('is left where it is read, and goes on at its end for who reads there', async () => {
    const seen = await visitShared();
    await writeMany(seen, 10);
    expect(await seen.page.evaluate(`document.getElementById('desk-log').scrollTop`)).toBeGreaterThan(100);
    await seen.page.evaluate(`document.getElementById('desk-log').scrollTop = 0`);
    await seen.guest.fill('One more');
    await seen.guest.press('Enter');
    await seen.deskLines.getByText('One more').waitFor();
    expect(await seen.page.evaluate(`document.getElementById('desk-log').scrollTop`)).toBe(0);
    await seen.desk.fill('My own');
    await seen.desk.press('Enter');
    await seen.deskLines.getByText('My own').waitFor();
    expect(await seen.page.evaluate(`document.getElementById('desk-log').scrollTop`)).toBeGreaterThan(100);
  });

  it('lists whole rows on a phone', async () => {
    const seen = await visitShared({ width: 360 });
    await writeMany(seen, 9);
    const [list, row] = z.tuple([z.number(), z.number()]).parse(await seen.page.evaluate(LIST_AND_ROW));
    expect(list % row).toBe(0);
  });
});

const BELOW_MAIN = `document.documentElement.scrollHeight - scrollY - document.querySelector('main').getBoundingClientRect().bottom`;
/** The height that the list has for its rows, and a row's. */
const LIST_AND_ROW = `(() => {
  const list = document.getElementById('way-list');
  const { paddingTop, paddingBottom } = getComputedStyle(list);
  return [list.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom), list.firstChild.offsetHeight];
})()`;

/** Holds back what comes by the relay and from the page's server, until it is released. */
const HELD = `
  window.held = new Map([[WebSocket, []], [EventSource, []]]);
  window.release = (Source) => held.get(Source).splice(0).forEach((go) => go());
  window.isHeld = true;
  for (const [Source, events] of held) {
    const { addEventListener } = Source.prototype;
    Source.prototype.addEventListener = function (type, listener, options) {
      const later = (event) => (isHeld ? events.push(() => listener.call(this, event)) : listener.call(this, event));
      addEventListener.call(this, type, type === 'message' ? later : listener, options);
    };
  }
`;

describeInBrowser('what comes late', () => {
  it('shows no typing that its message has ended', async () => {
    const { page, desk, guestLines, atGuest } = await visitShared({ script: HELD });
    const pushed = (): Promise<void> =>
      vi.waitUntil(() => page.evaluate('held.get(WebSocket).length > 0'), { timeout: 20_000 });
    await desk.press('H');
    await pushed();
    await desk.press('Enter');
    await guestLines.getByText('H').waitFor();
    await page.evaluate('release(WebSocket)');
    expect(await page.locator('#guest-bubble.shown').count()).toBe(0);
    await desk.press('a');
    await pushed();
    await page.evaluate('release(WebSocket)');
    await atGuest.shown();
  });

  it('stands where it belongs by its time', async () => {
    const { page, guest, desk, guestLines, deskLines } = await visitShared({ script: HELD });
    await guest.fill('First');
    await guest.press('Enter');
    await guestLines.getByText('First').waitFor();
    await desk.fill('Second');
    await desk.press('Enter');
    await deskLines.getByText('Second').waitFor();
    await page.evaluate('isHeld = false, release(EventSource)');
    await deskLines.getByText('First').waitFor();
    expect(await deskLines.locator('.said').allTextContents()).toEqual(['Guest: First', 'Agent: Second']);
  });
});

describeInBrowser('the desk while the guest types', () => {
  it('is told below the guest’s field on a phone', async () => {
    const { page, guest, atDesk } = await visitShared({ width: 360 });
    const echo = page.getByText('At the desk:');
    expect(await echo.isVisible()).toBe(true);
    await typeUntil(guest, atDesk.shown);
    expect(await echo.innerText()).toBe('At the desk: Guest is typing…');
    expect(await echo.getAttribute('aria-hidden')).toBe('true');
    await guest.press('Enter');
    await atDesk.hidden();
    expect(await page.locator('#desk-echo').textContent()).toBe('');
  });

  it('is in sight at 200 % zoom', async () => {
    const { page, guest, atDesk } = await visitShared({ width: 640, height: 450 });
    await typeUntil(guest, atDesk.shown);
    expect(await page.getByText('At the desk:').isVisible()).toBe(false);
    for (const part of ['#guest-text', '#desk-bubble']) {
      const box = await page.locator(part).boundingBox();
      expect(box?.y, part).toBeGreaterThan(0);
      expect((box?.y ?? Infinity) + (box?.height ?? 0), part).toBeLessThan(450);
    }
  });
});

describeInBrowser('what is chosen', () => {
  it('is told apart where the colours are the reader’s own', async () => {
    const { page, rows } = await visitShared({ forcedColors: 'active' });
    await rows.first().waitFor();
    const colourOf = (part: string): Promise<unknown> =>
      page.evaluate(`getComputedStyle(document.querySelector('${part}')).backgroundColor`);
    expect(await colourOf('.chip:has(:checked)')).not.toBe(await colourOf('.chip:has(:not(:checked))'));
    expect(await colourOf('.row[aria-current=true]')).not.toBe(await colourOf('.way'));
    expect(await colourOf('.dots i')).not.toBe(await colourOf('.window'));
  });
});

describeInBrowser('a screen reader', () => {
  it('is told each message once, and without the seconds', async () => {
    const seen = await visitShared();
    await talk(seen);
    const aloud = seen.page.locator('[role=log]:not([aria-live=off])');
    expect(await aloud.count()).toBe(1);
    expect(await seen.page.locator('.line time:not([aria-hidden=true])').count()).toBe(0);
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
