import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build, type BuildOptions } from 'esbuild';

const USUAL = fileURLToPath(new URL('../peers/usual-stack/', import.meta.url));

/** What the usual stack is built from: the handler with either HTTP client, and two SDK clients alone. */
export const ENTRIES = {
  fetch: 'typing-fetch.ts',
  axios: 'typing-axios.ts',
  sdk: 'sdk-clients.ts',
} as const;
export type Entry = keyof typeof ENTRIES;

/** Both are common for Lambda; which loads faster differs by what is in it. */
export const FORMATS = ['cjs', 'esm'] as const;
export type Format = (typeof FORMATS)[number];

const BY_FORMAT: Readonly<Record<Format, BuildOptions>> = {
  cjs: { outExtension: { '.js': '.cjs' } },
  esm: {
    outExtension: { '.js': '.mjs' },
    // CommonJS packages ask for Node's modules by require, which an ES module lacks.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  },
};

/** Builds the usual stack as a team would for Lambda: one minified file with everything in it. @returns the file */
export async function buildUsual(entry: Entry, format: Format, folder: string): Promise<string> {
  const outdir = join(folder, `${entry}-${format}`);
  await build({
    absWorkingDir: USUAL,
    entryPoints: { index: ENTRIES[entry] },
    outdir,
    bundle: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format,
    // The form of the packages that bundles smallest and loads fastest in both formats.
    mainFields: ['module', 'main'],
    logLevel: 'error',
    ...BY_FORMAT[format],
  });
  return join(outdir, format === 'cjs' ? 'index.cjs' : 'index.mjs');
}

export interface Size {
  bytes: number;
  /** By gzip at its usual level, as an upload has it. */
  gzipped: number;
}

/** The size of files together. */
export async function sizeOf(files: readonly string[]): Promise<Size> {
  const texts = await Promise.all(files.map((file) => readFile(file)));
  const packed = await Promise.all(texts.map((text) => promisify(gzip)(text)));
  const sum = (buffers: readonly Buffer[]): number => buffers.reduce((all, { length }) => all + length, 0);
  return { bytes: sum(texts), gzipped: sum(packed) };
}
