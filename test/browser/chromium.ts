import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { env } from 'node:process';
import { type Browser, chromium } from 'playwright-core';

/** Where Chromium is found on Linux and macOS, in order; a bare name is looked for in PATH. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

type Environment = Partial<Record<'CHROMIUM_PATH' | 'PATH', string>>;

/** What to do where there is none. */
export function noChromium({ CHROMIUM_PATH = '' }: Environment = env): string {
  return CHROMIUM_PATH === ''
    ? 'No Chromium was found, so the browser tests are skipped. Install one (apt-get install chromium), or set CHROMIUM_PATH.'
    : `CHROMIUM_PATH is ${CHROMIUM_PATH}, and no program is there, so the browser tests are skipped. Correct it, or unset it to have Chromium looked for.`;
}

/**
 * The path of a Chromium that is installed here; undefined where there is none. A CHROMIUM_PATH that leads nowhere is
 * a mistake to be told, so no other is looked for then.
 */
export function findChromium({ CHROMIUM_PATH = '', PATH = '' }: Environment = env): string | undefined {
  const places = CHROMIUM_PATH === '' ? PLACES : [CHROMIUM_PATH];
  const folders = PATH.split(delimiter);
  return places
    .flatMap((place) => (isAbsolute(place) ? [place] : folders.map((folder) => join(folder, place))))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Nothing but the page itself shall ask the network. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts it without a window. @throws Error that says how to get one */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(noChromium());
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}
