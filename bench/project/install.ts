import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { ROOT } from '../../infra/bundle.ts';
import { seconds } from './run.ts';
import type { Sample } from './samples.ts';

/** Something that is installed from lock files: a folder for each. */
export interface Installation {
  folders: readonly string[];
}

const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'] as const;

/** This project's manifest and lock file, which is all that `npm ci` reads. */
export async function ourInstallation(parent: string): Promise<Installation> {
  const folder = join(parent, 'ours');
  await mkdir(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    await copyFile(join(ROOT, name), join(folder, name));
  return { folders: [folder] };
}

/** A sample's manifests, their ranges resolved by npm now. @throws Error when npm cannot */
export async function sampleInstallation(
  parent: string,
  { name, manifests }: Sample,
  signal: AbortSignal,
): Promise<Installation> {
  const folders: string[] = [];
  for (const [place, manifest] of manifests.entries()) {
    const folder = join(parent, `${name}-${place}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, ...manifest }));
    await seconds('npm', ['install', '--package-lock-only', ...QUIET], { cwd: folder, signal });
    folders.push(folder);
  }
  return { folders };
}

/** `npm ci` in each folder, from nothing. @returns seconds, without those that it takes to clear the folders */
export async function npmCi({ folders }: Installation, signal: AbortSignal): Promise<number> {
  let sum = 0;
  for (const cwd of folders) {
    await rm(join(cwd, 'node_modules'), { recursive: true, force: true });
    sum += await seconds('npm', ['ci', ...QUIET], { cwd, signal });
  }
  return sum;
}

const lock = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });

/** What is there after an `npm ci`: bytes of files, and packages. @throws Error when a package that is declared is not */
export async function sizeOf({ folders }: Installation): Promise<{ bytes: number; packages: number }> {
  const sum = { bytes: 0, packages: 0 };
  for (const folder of folders) {
    const { packages } = lock.parse(JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')));
    // The first is the project itself.
    sum.packages += Object.keys(packages).length - 1;
    await mustHaveAll(folder);
    sum.bytes += await bytesOf(join(folder, 'node_modules'));
  }
  return sum;
}

const names = z.record(z.string(), z.string()).default({});
const manifest = z.object({ dependencies: names, devDependencies: names });

async function mustHaveAll(folder: string): Promise<void> {
  const { dependencies, devDependencies } = manifest.parse(
    JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')),
  );
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    await stat(join(folder, 'node_modules', name, 'package.json')).catch(() => {
      throw new Error(`${name} was declared and not installed in ${folder}`);
    });
  }
}

/** Bytes of all files below a folder; a link counts as nothing. */
export async function bytesOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await bytesOf(path);
    else if (entry.isFile()) bytes += (await stat(path)).size;
  }
  return bytes;
}
