import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stderr, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { startLocal } from '../../local/run.ts';
import { closeBrowser, typeUntil, type Visit, visit } from './visit.ts';

/** Makes the pictures of the page that the docs show, docs/page-light.png and docs/page-dark.png. */

const WIDTH = 1280;

/** A conversation in its middle: both have written, and the guest types. */
async function talk({ guest, desk, atGuest, atDesk, deskLines, rows }: Visit): Promise<void> {
  await guest.pressSequentially('Hello, my order has not come yet.');
  await guest.press('Enter');
  await deskLines.first().waitFor();
  await desk.pressSequentially('Good morning! Which number does it have?');
  await atGuest.shown();
  await desk.press('Enter');
  // So that the guest's typing is the newest, and its way the one that is shown.
  await rows.filter({ hasText: 'Agent writes' }).filter({ hasText: 'other_event' }).waitFor();
  await guest.pressSequentially('It is the one of last');
  await typeUntil(guest, atDesk.shown, ' ');
}

async function take(url: string, colorScheme: 'light' | 'dark'): Promise<void> {
  const seen = await visit(url, { colorScheme, width: WIDTH });
  await talk(seen);
  await seen.steps.getByText('forwarded').waitFor();
  const file = fileURLToPath(new URL(`../../docs/page-${colorScheme}.png`, import.meta.url));
  await seen.page.screenshot({ path: file, fullPage: true });
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
  await take(run.page, 'light');
  await take(run.page, 'dark');
} finally {
  await closeBrowser();
  await run.close();
  await rm(directory, { recursive: true });
}
