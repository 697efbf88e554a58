import { access, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../usage.ts';

const kindOf = async (path: string): Promise<'folder' | 'file' | undefined> => {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  return stats.isDirectory() ? 'folder' : 'file';
};

/**
 * Tells whether a page and its pictures can be written into this folder, which need not be there yet, and leaves
 * nothing: better before the run than after it.
 * @param name of the page, without `.md`, and of the folder beside it for the pictures
 * @throws UsageError
 */
export async function checkFolder(folder: string, name: string): Promise<void> {
  let there = resolve(folder, name);
  while ((await kindOf(there)) === undefined && dirname(there) !== there) there = dirname(there);
  const cannot = (why: string): UsageError => new UsageError(`Cannot write into --out ${folder}: ${why}`);
  if ((await kindOf(there)) !== 'folder') throw cannot(`${there} is no folder`);
  if ((await kindOf(join(folder, `${name}.md`))) === 'folder') throw cannot(`${name}.md is a folder there`);
  try {
    await access(there, constants.W_OK);
    // Some file systems grant everything and make nothing.
    await rmdir(await mkdtemp(join(there, '.check-')));
  } catch (error) {
    throw cannot(error instanceof Error ? error.message : 'it is not writable');
  }
}
