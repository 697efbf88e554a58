import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { argv, execPath, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, type Format } from 'esbuild';

/** Makes what a page loads: an ES module, a build for script tags, and the types of both. */

const inClient = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The files that a page may load, and in which format each is. */
export const BUNDLES = {
  'typing-relay.js': 'esm',
  'typing-relay.global.js': 'iife',
} as const satisfies Record<string, Format>;

/** Bytes of a file as it is and as a server that compresses sends it. */
export interface Size {
  bytes: number;
  gzipped: number;
}

async function bundle(outfile: string, format: Format): Promise<Size> {
  await build({
    entryPoints: [inClient('index.ts')],
    outfile,
    format,
    ...(format === 'iife' && { globalName: 'TypingRelay' }),
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2020',
    // What it says is thrown as an Error.
    logLevel: 'silent',
  });
  const made = await readFile(outfile);
  return { bytes: made.length, gzipped: gzipSync(made).length };
}

async function declare(outdir: string): Promise<void> {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  await promisify(execFile)(execPath, [tsc, '-p', inClient('tsconfig.build.json'), '--outDir', outdir]);
  for (const name of await readdir(outdir)) {
    if (!name.endsWith('.d.ts')) continue;
    const text = await readFile(join(outdir, name), 'utf8');
    // Compilers before 5.0 do not find './sender.ts' in a folder of declarations; './sender.js' all of them do.
    await writeFile(join(outdir, name), text.replaceAll(/(?<=from '\.\/[\w-]+)\.ts(?=')/g, '.js'));
  }
  // A module's types stand beside it under its own name.
  await rename(join(outdir, 'index.d.ts'), join(outdir, 'typing-relay.d.ts'));
}

/** Builds the client into a folder, which is made if need be. @returns the size of each file that a page may load */
export async function buildClient(outdir: string): Promise<Record<keyof typeof BUNDLES, Size>> {
  await mkdir(outdir, { recursive: true });
  const make = (name: keyof typeof BUNDLES): Promise<Size> => bundle(join(outdir, name), BUNDLES[name]);
  const [esm, script] = await Promise.all([
    make('typing-relay.js'),
    make('typing-relay.global.js'),
    declare(outdir),
  ]);
  return { 'typing-relay.js': esm, 'typing-relay.global.js': script };
}

if (argv[1] !== undefined && resolve(argv[1]) === fileURLToPath(import.meta.url)) {
  // What an older build left in our own folder would be packed, too.
  if (argv[2] === undefined) await rm(inClient('dist'), { recursive: true, force: true });
  const sizes = await buildClient(resolve(argv[2] ?? inClient('dist')));
  for (const [name, { bytes, gzipped }] of Object.entries(sizes)) {
    stdout.write(`${name}: ${bytes} bytes, ${gzipped} gzipped\n`);
  }
}
