import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface Asset {
  type: string;
  body: string;
}

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#0f6e63" d="M6 5h20a4 4 0 0 1 4 4v11a4 4 0 0 1-4 4H14l-7 5v-5H6a4 4 0 0 1-4-4V9a4 4 0 0 1 4-4z"/><g fill="#fff"><circle cx="9.5" cy="14.5" r="2.5"/><circle cx="16" cy="14.5" r="2.5"/><circle cx="22.5" cy="14.5" r="2.5"/></g></svg>`;

const inApp = (name: string): string => fileURLToPath(new URL(`./app/${name}`, import.meta.url));

/** Reads and bundles what the page is made of, by path. */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const [page, script, style] = await Promise.all([
    readFile(inApp('index.html'), 'utf8'),
    bundle('main.ts'),
    bundle('styles/index.css'),
  ]);
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', body: page }],
    ['/style.css', { type: 'text/css; charset=utf-8', body: style }],
    ['/app.js', { type: 'text/javascript; charset=utf-8', body: script }],
    ['/favicon.ico', { type: 'image/svg+xml', body: ICON }],
  ]);
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [inApp(entry)],
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    // What it says is thrown as an Error.
    logLevel: 'silent',
  });
  return outputFiles.map(({ text }) => text).join('\n');
}
