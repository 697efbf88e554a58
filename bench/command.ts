import { inspect } from 'node:util';
import { endsBySignal } from './signals.ts';
import { UsageError } from './usage.ts';

export interface Command<Flags> {
  help: string;
  /** @throws UsageError */
  readFlags: (args: string[]) => Flags;
  /** Rejects once the signal ends it. */
  run: (flags: Flags, signal: AbortSignal) => Promise<void>;
  /** Whether an error's own words are enough; all others are shown whole. */
  isKnown?: (error: unknown) => boolean;
}

/** Runs a command of this folder: `--help`, an end in order by Ctrl-C, exit code 2 for wrong usage and 1 for a failure. */
export async function runCommand<Flags extends { help: boolean }>(command: Command<Flags>): Promise<void> {
  const { help, readFlags, run, isKnown = () => false } = command;
  // Whoever reads our output may leave before we do.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  let signal: AbortSignal | undefined;
  try {
    const flags = readFlags(process.argv.slice(2));
    if (flags.help) {
      process.stdout.write(help);
      return;
    }
    signal = endsBySignal();
    await run(flags, signal);
  } catch (error) {
    if (signal?.aborted) {
      process.stderr.write('Ended.\n');
      return;
    }
    const isUsage = error instanceof UsageError;
    const words = (isUsage || isKnown(error)) && error instanceof Error ? error.message : inspect(error);
    process.stderr.write(`${words}\n`);
    process.exitCode = isUsage ? 2 : 1;
  }
}
