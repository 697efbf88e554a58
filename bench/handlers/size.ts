import { readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { sizeOf } from './builds.ts';
import { startSide, type Stage } from './contenders.ts';
import { makeWriter } from './events.ts';
import { type Kind, KINDS } from './kinds.ts';
import { type Side, SIDES } from './sealing.ts';
import { perform } from './warm.ts';

const size = z.object({ files: z.number(), bytes: z.number(), gzipped: z.number() });

/** What is loaded by the time that a message of any kind was handled, and what else is deployed with it. */
export const sizeFigures = z.object({
  onPath: z.object({ ours: size, usual: size }),
  deployed: z.object({ ours: size, usual: size }),
  sdk: size,
});
export type SizeFigures = z.infer<typeof sizeFigures>;

const sized = async (files: readonly string[]): Promise<z.infer<typeof size>> => ({
  files: files.length,
  ...(await sizeOf(files)),
});

/** The files of a side that one environment loads for messages of these kinds. @throws Error when one stays behind */
async function loadedBy(stage: Stage, side: Side, kinds: readonly Kind[]): Promise<string[]> {
  const subject = startSide(stage, side);
  try {
    await subject.watchFiles();
    await subject.load();
    for (const kind of kinds) {
      const writer = await makeWriter(stage.far, kind, 1);
      await perform(stage, subject, writer.write(side, 1));
    }
    // As the loader names them: a temporary folder may be behind a link.
    const folder = await realpath(dirname(stage.files[side]));
    const files = [...new Set(await subject.files())].filter((file) => file.startsWith(folder));
    if (files.length === 0) throw new Error(`${side}: no file of ${folder} was loaded`);
    return files;
  } finally {
    await subject.close();
  }
}

/** Code only: source maps are deployed by some, and loaded by nobody. */
const isCode = (name: string): boolean => /\.[cm]?js$/.test(name);

async function deployedWith(file: string): Promise<string[]> {
  const folder = dirname(file);
  const names = await readdir(folder, { recursive: true });
  return names.filter(isCode).map((name) => join(folder, name));
}

/** @param sdk the bundle of the SDK's clients alone */
export async function measureSize(stage: Stage, sdk: string): Promise<SizeFigures> {
  const onPath: Partial<SizeFigures['onPath']> = {};
  const deployed: Partial<SizeFigures['deployed']> = {};
  for (const side of SIDES) {
    onPath[side] = await sized(await loadedBy(stage, side, KINDS));
    deployed[side] = await sized(await deployedWith(stage.files[side]));
  }
  return sizeFigures.parse({ onPath, deployed, sdk: await sized([sdk]) });
}
