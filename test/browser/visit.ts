import axe from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import * as z from 'zod';
import { guestReply, type UpstreamKind } from '../../local/page/app/wire.ts';
import { launchChromium } from './chromium.ts';

/** What the page may take on a machine that is busy with other things, in milliseconds. */
const PATIENCE_MS = 20_000;

let browser: Promise<Browser> | undefined;

/** The browser of a test file. */
const sharedBrowser = (): Promise<Browser> => (browser ??= launchChromium());

/** Ends it; for `afterAll`. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

export interface Visit {
  page: Page;
  /** The text fields of both sides, and of the guest's second tab. */
  guest: Locator;
  desk: Locator;
  second: Locator;
  /** The bubble that the guest's typing shows at the desk, and the agent's at the guest. */
  atDesk: Bubble;
  atGuest: Bubble;
  /** What each side has in its window. */
  deskLines: Locator;
  guestLines: Locator;
  /** What the client was told. */
  notice: (side: 'guest' | 'desk') => Locator;
  /** The rows of the timeline, the newest first, and the steps of the chosen one. */
  rows: Locator;
  steps: Locator;
  /** The conversation that the page has now. */
  conversationId: () => string;
  /** Each URL that the page has asked for, WebSockets too. */
  asked: string[];
  choose: (kind: UpstreamKind) => Promise<void>;
  goesWrong: (fault: 'None' | 'Org down' | '429' | 'Mismatched participant' | 'Socket cut') => Promise<void>;
}

export interface Bubble {
  shown: () => Promise<void>;
  hidden: () => Promise<void>;
}

export interface VisitOptions {
  colorScheme?: 'light' | 'dark';
  /** In CSS pixels. */
  width?: number;
  height?: number;
  forcedColors?: 'active';
  /** Runs in the page before its own script. */
  script?: string;
}

/** Opens the page as a reader with a browser of their own does, and waits until it is on the relay. */
export async function visit(url: string, options: VisitOptions = {}): Promise<Visit> {
  const { colorScheme = 'light', width = 1280, height = 900, forcedColors = 'none', script } = options;
  const context = await (
    await sharedBrowser()
  ).newContext({ colorScheme, forcedColors, viewport: { width, height }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  if (script !== undefined) await page.addInitScript(script);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('websocket', (socket) => asked.push(socket.url()));
  let conversationId = '';
  page.on('response', (response) => {
    if (!response.url().endsWith('/api/guests')) return;
    void response.json().then((body: unknown) => {
      conversationId = guestReply.parse(body).conversationId;
    });
  });
  await page.goto(url);
  const seen = visitOf(page, asked, () => conversationId);
  await onRelay(page).waitFor();
  return seen;
}

const onRelay = (page: Page): Locator => page.locator('[data-state="open"]');

function visitOf(page: Page, asked: string[], conversationId: () => string): Visit {
  const bubbleAt = (side: string): Bubble => ({
    shown: () => page.locator(`#${side}-bubble.shown`).waitFor(),
    hidden: () => page.locator(`#${side}-bubble:not(.shown)`).waitFor(),
  });
  return {
    page,
    guest: page.getByLabel('Message to the agent', { exact: true }),
    desk: page.getByLabel('Message to the guest'),
    second: page.getByLabel('Message to the agent, second tab'),
    atDesk: bubbleAt('desk'),
    atGuest: bubbleAt('guest'),
    deskLines: page.locator('#desk-lines li'),
    guestLines: page.locator('#guest-lines li'),
    notice: (side) => page.locator(`#${side}-notice`),
    rows: page.locator('#way-list button'),
    steps: page.locator('#way-detail .step'),
    conversationId,
    asked,
    async choose(kind) {
      const begun = page.waitForResponse((response) => response.url().endsWith('/api/tickets'));
      await page.getByLabel(kind).check();
      await begun;
      await onRelay(page).waitFor();
    },
    goesWrong: (fault) => page.getByLabel(fault, { exact: true }).check(),
  };
}

/** Types one key after another until `done`: two ons of a client lie more than a second apart. */
export async function typeUntil(field: Locator, done: () => Promise<void>, key = 'a'): Promise<void> {
  let over = false;
  const typeOn = async (): Promise<void> => {
    while (!over) await field.press(key, { delay: 50 });
  };
  const finished = done().finally(() => {
    over = true;
  });
  await Promise.all([finished, typeOn()]);
}

const report = z.object({
  violations: z.array(
    z.object({ id: z.string(), help: z.string(), nodes: z.array(z.object({ html: z.string() })) }),
  ),
});

/** What axe-core finds wrong with the page as it is now, by its rules for WCAG and its best practices. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // Not as a script element: the page's content security policy takes none.
  await page.evaluate(axe.source);
  const { violations } = report.parse(await page.evaluate('axe.run(document)'));
  return violations.map(({ id, help, nodes }) => `${id}: ${help} ${nodes.map(({ html }) => html).join(' ')}`);
}
