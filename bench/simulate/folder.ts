import { access, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PICTURES } from './doc.ts';
import { UsageError } from '../usage.ts';

const kindOf = async (path: string): Promise<'folder' | 'file' | undefined> => {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  return stats.isDirectory() ? 'folder' : 'file';
};

/**
 * Tells whether the page and its pictures can be written into this folder, which need not be there yet, and leaves nothing: better before
 * the run than after it.
 * @throws UsageError
 */
export async function checkFolder(folder: string): Promise<void> {
  let there = resolve(folder, PICTURES);
  while ((await kindOf(there)) === undefined && dirname(there) !== there) there = dirname(there);
  const cannot = (why: string): UsageError => new UsageError(`Cannot write into --out ${folder}: ${why}`);
  if ((await kindOf(there)) !== 'folder') throw cannot(`${there} is no folder`);
  if ((await kindOf(join(folder, 'typing-quality.md'))) === 'folder')
    throw cannot('typing-quality.md is a folder there');
  try {
    await access(there, constants.W_OK);
    // Some file systems grant everything and make nothing.
    await rmdir(await mkdtemp(join(there, '.simulate-')));
  } catch (error) {
    throw cannot(error instanceof Error ? error.message : 'it is not writable');
  }
}
