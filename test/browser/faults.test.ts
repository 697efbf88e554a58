import { afterAll, expect, it } from 'vitest';
import { UPSTREAM_KINDS, type UpstreamKind } from '../../local/page/app/wire.ts';
import { control } from '../e2e/world.ts';
import { closeBrowser, type Visit, typeUntil } from './visit.ts';
import { describeInBrowser, visitShared } from './world.ts';

afterAll(closeBrowser);

/** A page over this upstream, with the field and the bubble of the side that types through the relay. */
async function visitOver(kind: UpstreamKind): Promise<Visit & Ends> {
  const seen = await visitShared();
  // The page begins with this one.
  if (kind !== 'open-messaging') await seen.choose(kind);
  return kind === 'agent-communication'
    ? { ...seen, field: seen.desk, bubble: seen.atGuest, told: seen.notice('desk') }
    : { ...seen, field: seen.guest, bubble: seen.atDesk, told: seen.notice('guest') };
}
interface Ends {
  field: Visit['guest'];
  bubble: Visit['atDesk'];
  told: ReturnType<Visit['notice']>;
}

describeInBrowser.each(UPSTREAM_KINDS)('what goes wrong over %s', (kind) => {
  it('the org is down: the client is told that typing is not shown for now, and None puts it right', async () => {
    const { field, bubble, told, goesWrong, page } = await visitOver(kind);
    await goesWrong('Org down');
    await page.getByText('The org answers no call').waitFor();
    await typeUntil(field, () => told.getByText('Genesys could not be reached in time.').waitFor());
    expect(await told.innerText()).toContain('To recover: choose None, type on;');
    await goesWrong('None');
    // Type on, as it says: what was typed before may still be told of after the choice.
    await typeUntil(field, () => told.locator(':scope:empty').waitFor({ state: 'attached' }));
    await typeUntil(field, bubble.shown);
  });

  it('429: the client is told to wait', async () => {
    const { field, bubble, told, goesWrong } = await visitOver(kind);
    await goesWrong('429');
    await typeUntil(field, () => told.getByText('Wait before typing again.').waitFor());
    expect(await told.innerText()).toContain('wait 3 s');
    await goesWrong('None');
    await typeUntil(field, bubble.shown);
  });

  it('mixed-up ids: the client is told what to put right', async () => {
    const { field, bubble, told, goesWrong } = await visitOver(kind);
    await goesWrong('Mismatched participant');
    await typeUntil(field, () => told.getByText(MISMATCHED[kind]).waitFor());
    await goesWrong('None');
    await typeUntil(field, bubble.shown);
  });
});

const MISMATCHED: Record<UpstreamKind, string> = {
  'web-messaging': 'names no live web messaging session of this deployment',
  'open-messaging': 'Genesys knows no such conversation, communication or integration',
  'agent-communication': "This communication is the guest's own.",
  'typing-frame': 'Genesys refused the guest socket.',
  'participant-state': 'This participant does not belong to this conversation',
};

describeInBrowser('a fault that is chosen in a hurry', () => {
  it('is the last that was chosen, and None leaves nothing behind', async () => {
    const { guest, atDesk, choose, goesWrong, page, conversationId } = await visitShared();
    await choose('typing-frame');
    await page.evaluate(`for (const name of ['org-down', 'rate-limit', 'org-down', 'none'])
      document.getElementById('fault-' + name).click();`);
    await goesWrong('Org down');
    await goesWrong('None');
    await typeUntil(guest, atDesk.shown);
    expect(await control('GET', `faults?scope=${conversationId()}`)).toEqual({ faults: [] });
  });
});

describeInBrowser('a refusal that is over', () => {
  it('is no longer told once a frame goes through', async () => {
    const { guest, atDesk, choose, notice, conversationId } = await visitShared();
    await choose('participant-state');
    const faults = [{ on: 'participant', status: 429, retryAfter: 1, times: 1 }];
    await control('PUT', `faults?scope=${conversationId()}`, { faults });
    const told = notice('guest');
    await typeUntil(guest, () => told.getByText('wait 1 s, and type on.').waitFor());
    await typeUntil(guest, atDesk.shown);
    await told.locator(':scope:empty').waitFor({ state: 'attached' });
  });
});

describeInBrowser('a session that Genesys has ended', () => {
  it('is told, and a new conversation begins by a button', async () => {
    const { page, guest, atDesk, choose, notice, conversationId } = await visitShared();
    await choose('web-messaging');
    await typeUntil(guest, atDesk.shown);
    const before = conversationId();
    await control('POST', 'sessions', { conversationId: before, how: 'end' });
    const begin = notice('guest').getByRole('button', { name: 'Begin a new conversation' });
    await typeUntil(guest, () => begin.waitFor());
    await begin.click();
    await notice('guest').locator(':scope:empty').waitFor({ state: 'attached' });
    await page.locator('[data-state="open"]').waitFor();
    expect(conversationId()).not.toBe(before);
    expect(await page.evaluate('document.activeElement.id')).toBe('guest-text');
    await guest.fill('');
    await typeUntil(guest, atDesk.shown);
  });
});

describeInBrowser('a socket that is cut', () => {
  it('is the page’s own, though another page was opened at the same moment', async () => {
    const [one, other] = await Promise.all([visitShared(), visitShared()]);
    for (const seen of [one, other]) {
      await seen.goesWrong('Socket cut');
      await seen.guest.press('a');
      await seen.page.getByText('Closed (code 1006)').waitFor();
    }
    await one.goesWrong('None');
    await one.page.locator('[data-state="open"]').waitFor();
    expect(await other.page.locator('[data-state="open"]').count()).toBe(0);
    await typeUntil(one.guest, one.atDesk.shown);
  });

  it('ends the bubble, is told, and is mended with a new ticket', async () => {
    const { page, guest, atDesk, choose, goesWrong, notice, rows, steps } = await visitShared();
    await choose('participant-state');
    await goesWrong('Socket cut');
    await guest.press('a');
    await atDesk.shown();
    await notice('guest').getByText('The connection to the relay is lost.').waitFor();
    await page.getByText('Closed (code 1006)').waitFor();
    await atDesk.hidden();
    await rows.filter({ hasText: 'Disconnect' }).first().click();
    await steps.getByText('"state":"connected"').waitFor();
    await page.getByRole('button', { name: 'Reconnect with a new ticket' }).click();
    await page.locator('[data-state="open"]').waitFor();
    expect(await page.getByLabel('None').isChecked()).toBe(true);
    await typeUntil(guest, atDesk.shown);
  });
});

/** As two tabs at once: writing in one does not take the focus from the other. */
async function write(page: Visit['page'], tab: 'guest' | 'second', text: string): Promise<void> {
  const field = `document.getElementById('${tab}-text')`;
  await page.evaluate(`${field}.value = '${text}'; ${field}.dispatchEvent(new Event('input'));`);
}

describeInBrowser('a second tab of the guest', () => {
  it('types into the same bubble, which stays until the tab that typed last says off', async () => {
    const { page, second, atDesk, choose, rows } = await visitShared();
    await choose('participant-state');
    await page.getByRole('button', { name: 'Open a second tab' }).click();
    await page.locator('#second-state').getByText('on the relay').waitFor();

    await write(page, 'guest', 'a');
    await atDesk.shown();
    await write(page, 'second', 'a');
    await rows.filter({ hasText: 'coalesced' }).waitFor();
    await write(page, 'guest', '');
    await rows.filter({ hasText: 'Typing off' }).filter({ hasText: 'ignored' }).waitFor();
    expect(await page.locator('#desk-bubble.shown').count()).toBe(1);
    await write(page, 'second', '');
    await atDesk.hidden();

    await page.getByRole('button', { name: 'Close the second tab' }).click();
    await rows.filter({ hasText: 'Disconnect' }).nth(1).waitFor();
    expect(await second.isVisible()).toBe(false);
  });

  it('is the guest’s: there is none where the agent types', async () => {
    const { page, choose } = await visitShared();
    await choose('agent-communication');
    expect(await page.getByRole('button', { name: 'Open a second tab' }).isDisabled()).toBe(true);
  });
});

describeInBrowser('an off that nobody could send', () => {
  it('is owed, and goes out by the queue once the org is back', async () => {
    const { guest, atDesk, choose, goesWrong, notice, rows, steps } = await visitShared();
    await choose('participant-state');
    await typeUntil(guest, atDesk.shown);
    await guest.press('Enter');
    await atDesk.hidden();
    await goesWrong('Org down');
    // Whether the org took this one nobody knows, so the relay owes an off.
    await typeUntil(guest, () =>
      notice('guest').getByText('Genesys could not be reached in time.').waitFor(),
    );
    await goesWrong('None');
    await rows.filter({ hasText: 'Owed off' }).first().click();
    await steps.getByText('Expire').waitFor();
    await steps.getByText('ended').waitFor();
    await steps.getByText('"state":"connected"').waitFor();
  });
});

/** Keeps the page's stream of events within reach. */
const REACH_STREAM = `
  const Stream = EventSource;
  window.EventSource = class extends Stream {
    constructor(url) {
      super(url);
      window.stream = this;
    }
  };
`;

describeInBrowser('a local run that was started anew', () => {
  it('has a new conversation with the page, which knows one of the run before', async () => {
    const seen = await visitShared({ script: REACH_STREAM });
    const { page, guest, atDesk, guestLines, conversationId } = seen;
    const before = conversationId();
    await guest.fill('Hello');
    await guest.press('Enter');
    await guestLines.getByText('Hello').waitFor();
    // As a server says it that has never heard of the conversation; such a stream ends, and is opened again.
    const body = `data: ${JSON.stringify({ source: 'page', unknown: before })}\n\n`;
    await page.route('**/api/events*', (route) => route.fulfill({ contentType: 'text/event-stream', body }), {
      times: 1,
    });
    const begun = page.waitForResponse((response) => response.url().endsWith('/api/tickets'));
    await page.evaluate(`stream.dispatchEvent(new Event('error'))`);
    await begun;
    await page.locator('[data-state="open"]').waitFor();
    expect(conversationId()).not.toBe(before);
    expect(await guestLines.count()).toBe(0);
    await page.locator('#away').waitFor({ state: 'hidden' });
    await typeUntil(guest, atDesk.shown);
  });

  it('that cannot be reached is told in a few words in the chip, and in a sentence below', async () => {
    const { page, notice } = await visitShared();
    await page.route('**/api/guests', (route) => route.abort());
    await page.getByLabel('typing-frame').check();
    await notice('guest').getByText('The local run does not answer.').waitFor();
    expect(await page.locator('#guest-state').innerText()).toBe('Not connected');
    await page.unroute('**/api/guests');
    await page.getByRole('button', { name: 'Reconnect with a new ticket' }).click();
    await page.locator('[data-state="open"]').waitFor();
  });
});
