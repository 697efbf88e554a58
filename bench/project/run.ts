import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface RunOptions {
  cwd: string;
  env?: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

/** Far more than any of these commands says. */
const WORDS_MAX = 64 * 1024 * 1024;

/** Runs a command to its end. @returns seconds. @throws Error with what it said when it fails, or the signal's abort */
export async function seconds(
  file: string,
  args: readonly string[],
  { cwd, env, signal }: RunOptions,
): Promise<number> {
  const began = performance.now();
  await promisify(execFile)(file, [...args], {
    cwd,
    env: { ...process.env, ...env },
    signal,
    maxBuffer: WORDS_MAX,
  });
  return (performance.now() - began) / 1_000;
}
