import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
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
  /** Beside the AWS SDK's two clients alone, which stand in the place of the usual stack; processor time. */
  sdkCpu: compared,
  /** Modules of Node.js itself that are loaded with it. */
  builtins: z.object({ ours: z.number(), usual: z.number() }),
});
export type LoadFigures = z.infer<typeof loadFigures>;

const LOAD = fileURLToPath(new URL('load.mjs', import.meta.url));

/** The setting that is left out: both handlers read their settings once their code is loaded, and build nothing before. */
const MISSING = 'TABLE_NAME';

/** What each bundle says of the missing setting, and of no other: the relay in words, the usual stack by zod's issue. */
export const STOPS = {
  ours: `^Environment variables missing or wrong: ${MISSING}\\. `,
  usual: `^\\[\\s*\\{[^{}]*"path": \\[\\s*"${MISSING}"\\s*\\][^{}]*\\}\\s*\\]$`,
  /** The clients alone have no settings, and are not built. */
  sdk: undefined,
} as const;

/**
 * Imports a bundle in a process of its own, without a setting that it needs.
 * @param stop what the error says that it has to end with where its INIT would begin; without, it must not fail
 * @throws Error when the bundle ends of something else, or goes on
 */
export async function loadOnce(
  { node, signal }: Pick<Bench, 'node' | 'signal'>,
  file: string,
  environment: Readonly<Record<string, string>>,
  stop?: string,
): Promise<Took> {
  const { PATH = '' } = process.env;
  const env = { PATH, ...environment, [MISSING]: undefined };
  const options = { env, signal };
  const args = [LOAD, file, ...(stop === undefined ? [] : [stop])];
  const { stdout } = await promisify(execFile)(node.file, args, options);
  return took.parse(JSON.parse(stdout.slice(stdout.lastIndexOf('{'))));
}

/** @param files the bundles of either side, and of the SDK alone */
export async function measureLoad(
  bench: Pick<Bench, 'node' | 'signal' | 'rounds'>,
  files: Readonly<Record<keyof typeof STOPS, string>>,
  environment: Readonly<Record<string, string>>,
): Promise<LoadFigures> {
  const seen: Record<keyof typeof files, Took[]> = { ours: [], usual: [], sdk: [] };
  const contender = (name: keyof typeof files) => async (): Promise<number> => {
    const one = await loadOnce(bench, files[name], environment, STOPS[name]);
    seen[name].push(one);
    return one.cpuMs;
  };
  const contenders = { ours: contender('ours'), usual: contender('usual'), sdk: contender('sdk') };
  await takeTurns(contenders, bench);
  const of = (what: keyof Took, other: 'usual' | 'sdk' = 'usual') =>
    compare(
      seen.ours.map((one) => one[what]),
      seen[other].map((one) => one[what]),
    );
  return {
    cpu: of('cpuMs'),
    wall: of('wallMs'),
    memory: of('rssMb'),
    sdkCpu: of('cpuMs', 'sdk'),
    builtins: { ours: seen.ours[0]?.builtins ?? NaN, usual: seen.usual[0]?.builtins ?? NaN },
  };
}
