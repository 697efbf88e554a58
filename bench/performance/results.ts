import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { Bench } from '../measure/part.ts';
import { UsageError } from '../usage.ts';

const machine = z.object({
  processor: z.string(),
  cores: z.number(),
  memoryGiB: z.number(),
  system: z.string(),
});

/** What bench/results.json holds: all parts, of one run, or of several where some failed at first. */
export const results = z.object({
  /** When the first run began, ISO 8601. */
  date: z.string(),
  /** Of all runs together. */
  seconds: z.number(),
  runs: z.int().positive(),
  rounds: z.number(),
  machine,
  /** What the code was, as code.ts tells it; nothing in a file that is older than that. */
  code: z.record(z.string(), z.string()).default({}),
  /** Of Node.js and of the packages that were measured, by name. */
  versions: z.record(z.string(), z.string()),
  /** Each part's figures, by its name. */
  parts: z.record(z.string(), z.unknown()),
});
export type Results = z.infer<typeof results>;

/** What was measured before. @throws UsageError when there is nothing, or something else */
export async function readResults(file: string): Promise<Results> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) throw new UsageError(`There is no ${file}: npm run bench measures`);
  try {
    return results.parse(JSON.parse(text));
  } catch {
    throw new UsageError(`${file} is of another version: npm run bench`);
  }
}

/** @throws UsageError when figures of these are not to be put beside what is measured now */
export function mustMatch(
  before: Pick<Results, 'machine' | 'versions'>,
  now: Partial<Pick<Results, 'machine' | 'versions'>>,
): void {
  for (const what of ['machine', 'versions'] as const)
    if (now[what] !== undefined && !isDeepStrictEqual(before[what], now[what]))
      throw new UsageError(
        `These were measured with another ${what === 'machine' ? 'machine' : 'set of versions'}, so nothing of now belongs beside them: ${JSON.stringify(before[what])}, and now ${JSON.stringify(now[what])}`,
      );
}

/** What was measured on. */
export function describeMachine(): Results['machine'] {
  const [{ model } = { model: 'unknown' }] = cpus();
  return {
    processor: model.trim(),
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release().split('-')[0] ?? ''} ${arch()}`,
  };
}

const manifest = z.object({ name: z.string(), version: z.string() });
const names = z.record(z.string(), z.string()).default({});
const pins = z.object({ dependencies: names, devDependencies: names });

/** What stands for Lambda functions, among the versions. */
export const FUNCTIONS_NODE = 'Node.js of the functions';

/** Packages of ours whose speed is in the figures. */
const OURS = ['esbuild', 'ws', 'zod', 'aws-cdk-lib'];

/** Folders that pin what is measured beside them. */
const THEIRS = ['bench/peers', 'test/cross'];

/**
 * Versions of what is in the figures.
 * @param root the project's folder
 */
export async function readVersions(
  root: string,
  { node }: Pick<Bench, 'node'>,
): Promise<Results['versions']> {
  const read = async <T>(schema: z.ZodType<T>, folder: string): Promise<T> =>
    schema.parse(JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')));
  const theirs = await Promise.all(THEIRS.map((folder) => read(pins, folder)));
  const ours = await Promise.all(OURS.map((name) => read(manifest, `node_modules/${name}`)));
  return Object.fromEntries([
    ['Node.js of the tools', process.version],
    [FUNCTIONS_NODE, node.version],
    ...ours.map(({ name, version }) => [name, version] as const),
    ...theirs.flatMap((one) => Object.entries({ ...one.dependencies, ...one.devDependencies })),
  ]);
}
