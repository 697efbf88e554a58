import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { figure, figureOf } from '../measure/figures.ts';
import type { Bench } from '../measure/part.ts';
import { takeTurns } from '../measure/turns.ts';
import { compare, compared } from './warm.ts';

const took = z.object({ cpuMs: z.number(), wallMs: z.number(), rssMb: z.number(), builtins: z.number() });
type Took = z.infer<typeof took>;

/** What it takes to load the code of a bundle, beyond a process that has none; milliseconds and megabytes. */
export const loadFigures = z.object({
  cpu: compared,
  wall: compared,
  memory: compared,
  /** The AWS SDK's two clients alone, processor time. */
  sdkCpu: figure,
  /** Modules of Node.js itself that are loaded with it. */
  builtins: z.object({ ours: z.number(), usual: z.number() }),
});
export type LoadFigures = z.infer<typeof loadFigures>;

const LOAD = fileURLToPath(new URL('load.mjs', import.meta.url));

/**
 * Imports a bundle in a process of its own.
 * @param environment without a setting that the bundle needs, so that it ends where its INIT would begin
 */
export async function loadOnce(
  { node, signal }: Pick<Bench, 'node' | 'signal'>,
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<Took> {
  const { PATH = '' } = process.env;
  const env = { PATH, ...environment, TABLE_NAME: undefined };
  const options = { env, signal };
  const { stdout } = await promisify(execFile)(node.file, [LOAD, file], options);
  return took.parse(JSON.parse(stdout.slice(stdout.lastIndexOf('{'))));
}

/** @param files the bundles of either side, and of the SDK alone */
export async function measureLoad(
  bench: Pick<Bench, 'node' | 'signal' | 'rounds'>,
  files: Readonly<Record<'ours' | 'usual' | 'sdk', string>>,
  environment: Readonly<Record<string, string>>,
): Promise<LoadFigures> {
  const seen: Record<keyof typeof files, Took[]> = { ours: [], usual: [], sdk: [] };
  const contender = (name: keyof typeof files) => async (): Promise<number> => {
    const one = await loadOnce(bench, files[name], environment);
    seen[name].push(one);
    return one.cpuMs;
  };
  const contenders = { ours: contender('ours'), usual: contender('usual'), sdk: contender('sdk') };
  await takeTurns(contenders, bench);
  const of = (what: keyof Took) =>
    compare(
      seen.ours.map((one) => one[what]),
      seen.usual.map((one) => one[what]),
    );
  return {
    cpu: of('cpuMs'),
    wall: of('wallMs'),
    memory: of('rssMb'),
    sdkCpu: figureOf(seen.sdk.map(({ cpuMs }) => cpuMs)),
    builtins: { ours: seen.ours[0]?.builtins ?? NaN, usual: seen.usual[0]?.builtins ?? NaN },
  };
}
