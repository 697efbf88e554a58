import { createHash, type Hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../usage.ts';

/** What is measured and what measures, from the project's root. */
const CODE =
  /^((package|package-lock|cdk|tsconfig)\.json|vitest\.config\.ts|(client|functions|infra|local|test|bench)(\/.+)?)$/;

/** What is installed or built from that, and what no figure hangs on. Tests are measured as well: how long they take. */
const LEFT_OUT = /\/(node_modules|dist|\..*|.*\.md)$|^bench\/(performance|results\.json)$/;

/** Hashes, by file and folder of the root and by folder of bench/: they are to be had without git as well. */
export type Code = Readonly<Record<string, string>>;

/** @param root the project's folder */
export async function readCode(root: string): Promise<Code> {
  const hashes = new Map<string, Hash>();
  for (const path of (await filesIn(root)).toSorted()) {
    const bytes = await readFile(join(root, path));
    const hash = hashes.get(folderOf(path)) ?? createHash('sha256');
    hashes.set(folderOf(path), hash.update(`${path}\0${bytes.length}\0`).update(bytes));
  }
  return Object.fromEntries([...hashes].map(([folder, hash]) => [folder, hash.digest('hex').slice(0, 16)]));
}

/** `bench/senders` and `functions`, for what lies in them. */
const folderOf = (path: string): string => /^(bench\/[^/]+(?=\/)|[^/]+)/.exec(path)?.[0] ?? path;

async function filesIn(root: string, folder = ''): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}${entry.name}`;
    if (!CODE.test(path) || LEFT_OUT.test(path)) continue;
    if (entry.isDirectory()) files.push(...(await filesIn(root, `${path}/`)));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}

/** The files and folders that are not the same. */
export const changedIn = (before: Code, now: Code): string[] =>
  Object.keys({ ...before, ...now })
    .filter((folder) => before[folder] !== now[folder])
    .toSorted();

/**
 * @param missing names of the parts that are measured now: what they failed by may have been mended in their own folders
 * @throws UsageError that names what has changed since, or where nothing is known of the code of then
 */
export function mustBeSameCode(before: Code, now: Code, missing: readonly string[]): void {
  if (Object.keys(before).length === 0)
    throw new UsageError('It is not known of what code those figures are. npm run bench measures all anew.');
  const mended = missing.map((name) => `bench/${name}`);
  const changed = changedIn(before, now).filter((folder) => !mended.includes(folder));
  if (changed.length > 0)
    throw new UsageError(
      `The code has changed since, so nothing of now belongs beside those figures: ${changed.join(', ')}. npm run bench measures all anew.`,
    );
}
