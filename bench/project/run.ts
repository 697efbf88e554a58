import { type GroupOptions, startGroup } from './group.ts';

export interface RunOptions extends GroupOptions {
  signal: AbortSignal;
}

/**
 * Runs a command to its end, or to that of the signal: nothing of it is there any more then.
 * @returns seconds
 * @throws Error with what it said when it fails, or the signal's abort
 */
export async function seconds(
  file: string,
  args: readonly string[],
  { signal, ...options }: RunOptions,
): Promise<number> {
  signal.throwIfAborted();
  const began = performance.now();
  const { child, closed, end } = startGroup(file, args, options);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const onAbort = (): void => void end();
  signal.addEventListener('abort', onAbort);
  try {
    const status = await closed;
    signal.throwIfAborted();
    if (status !== 0) throw new Error(`${[file, ...args].join(' ')} failed.\n${said.trim()}`);
    return (performance.now() - began) / 1_000;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
