import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { Bench } from '../measure/part.ts';
import { UsageError } from '../usage.ts';

const machine = z.object({
  processor: z.string(),
  cores: z.number(),
  memoryGiB: z.number(),
  system: z.string(),
});

/** What bench/results.json holds: one run of all parts. */
export const results = z.object({
  /** When it began, ISO 8601. */
  date: z.string(),
  seconds: z.number(),
  rounds: z.number(),
  machine,
  /** Of Node.js and of the packages that were measured, by name. */
  versions: z.record(z.string(), z.string()),
  /** Each part's figures, by its name. */
  parts: z.record(z.string(), z.unknown()),
});
export type Results = z.infer<typeof results>;

/** What was measured last. @throws UsageError when there is nothing, or something else */
export async function readResults(file: string): Promise<Results> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) throw new UsageError('Nothing was measured yet: npm run bench');
  try {
    return results.parse(JSON.parse(text));
  } catch {
    throw new UsageError('bench/results.json is of another version: npm run bench');
  }
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

const manifest = z.object({ version: z.string() });

/** Packages whose speed is in the figures, ours and theirs. */
const OURS = ['@smithy/signature-v4', 'esbuild', 'ws', 'zod', 'aws-cdk-lib'];
const THEIRS = [
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-apigatewaymanagementapi',
  '@aws-lambda-powertools/logger',
  '@middy/core',
  'axios',
];

/** @param root the project's folder */
export async function readVersions(
  root: string,
  { node, peers }: Pick<Bench, 'node' | 'peers'>,
): Promise<Results['versions']> {
  const versionOf = async (folder: string, name: string): Promise<[string, string]> => {
    const text = await readFile(join(folder, name, 'package.json'), 'utf8');
    return [name, manifest.parse(JSON.parse(text)).version];
  };
  const all = await Promise.all([
    ...OURS.map((name) => versionOf(join(root, 'node_modules'), name)),
    ...THEIRS.map((name) => versionOf(peers, name)),
  ]);
  return {
    'Node.js of the tools': process.version,
    'Node.js of the functions': node.version,
    ...Object.fromEntries(all),
  };
}
