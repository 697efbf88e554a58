import { inspect } from 'node:util';
import { endsBySignal } from '../signals.ts';
import { UsageError } from '../usage.ts';
import { HELP, readFlags } from './flags.ts';
import { failed, figuresOf, textOf } from './report.ts';
import { runLoad } from './run.ts';

async function main(args: string[]): Promise<void> {
  const flags = readFlags(args);
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  // Whoever reads our output may leave before we do.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const signal = endsBySignal();
  try {
    const figures = figuresOf(await runLoad(flags, process.stderr, signal));
    process.stdout.write(flags.json ? `${JSON.stringify(figures)}\n` : textOf(figures, flags.soak));
    if (failed(figures, flags.soak)) process.exitCode = 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write('Ended.\n');
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof UsageError ? error.message : inspect(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
