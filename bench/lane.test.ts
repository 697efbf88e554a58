import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { installLane, LaneError } from './lane.ts';

/** A lane that pins two packages, one of them for some machines only, and has these versions of them. */
async function laneWith(installed: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'typing-relay-lane-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const pins = { dependencies: { one: '1.0.0' }, optionalDependencies: { 'for-some': '2.0.0' } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(pins));
  for (const [name, version] of Object.entries(installed)) {
    await mkdir(join(folder, 'node_modules', name), { recursive: true });
    await writeFile(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ version }));
  }
  return folder;
}

it.each([
  ['all is there', { one: '1.0.0', 'for-some': '2.0.0' }],
  ['what is for other machines is not', { one: '1.0.0' }],
])('a lane is left as it is when %s', async (_, installed) => {
  await installLane(await laneWith(installed));
});

// Npm refuses a folder without a lock file, and asks nobody: so is seen that it was started.
it.each([
  ['a package is missing', { 'for-some': '2.0.0' }],
  ['a package is of another version', { one: '1.0.1' }],
  ['what is for some machines is of another version', { one: '1.0.0', 'for-some': '1.0.0' }],
])('a lane is installed anew when %s', async (_, installed) => {
  const installing = installLane(await laneWith(installed), ['--loglevel=silent']);
  await expect(installing).rejects.toThrow(LaneError);
});
