import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stderr, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { startLocal } from '../../local/run.ts';
import { closeBrowser, typeUntil, type Visit, visit, type VisitOptions } from './visit.ts';

/** Makes the pictures of the page that the docs show: docs/page-light.png, docs/page-dark.png and docs/page-narrow.png. */

const WIDE = { width: 1280 };
/** As high as a phone's page is down to the desk. */
const NARROW = { width: 360, height: 1056 };

/** A conversation in its middle: both have written, and the guest types. */
async function talk({ guest, desk, atGuest, atDesk, deskLines, rows }: Visit): Promise<void> {
  await guest.pressSequentially('Hello, my order has not come yet.');
  await guest.press('Enter');
  await deskLines.first().waitFor();
  await desk.pressSequentially('Good morning! Which number does it have?');
  await atGuest.shown();
  await desk.press('Enter');
  // So that the guest's typing is the newest, and its way the one that is shown.
  await rows.filter({ hasText: 'Agent writes' }).filter({ hasText: 'no typing' }).waitFor();
  await guest.pressSequentially('It is the one of last');
  await typeUntil(guest, atDesk.shown, ' ');
}

async function take(url: string, name: string, options: VisitOptions): Promise<void> {
  const seen = await visit(url, options);
  await talk(seen);
  await seen.steps.getByText('forwarded').waitFor();
  const file = fileURLToPath(new URL(`../../docs/page-${name}.png`, import.meta.url));
  await seen.page.screenshot({ path: file, fullPage: options !== NARROW });
  stdout.write(`${file}: ${Math.round((await stat(file)).size / 1024)} KB\n`);
}

const directory = await mkdtemp(join(tmpdir(), 'typing-relay-picture-'));
const run = await startLocal({
  ports: { gateway: 0, http: 0, page: 0, genesys: 0 },
  ticketKeyFile: () => join(directory, 'ticket-key.json'),
  tell: (text) => stderr.write(`${text}\n`),
  onLog: () => undefined,
  signal: new AbortController().signal,
});
try {
  await take(run.page, 'light', WIDE);
  await take(run.page, 'dark', { ...WIDE, colorScheme: 'dark' });
  await take(run.page, 'narrow', NARROW);
} finally {
  await closeBrowser();
  await run.close();
  await rm(directory, { recursive: true });
}
