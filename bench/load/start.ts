import { runCommand } from '../command.ts';
import { HELP, readFlags } from './flags.ts';
import { failed, figuresOf, textOf } from './report.ts';
import { runLoad } from './run.ts';

await runCommand({
  help: HELP,
  readFlags,
  run: async (flags, signal) => {
    const figures = figuresOf(await runLoad(flags, process.stderr, signal));
    process.stdout.write(flags.json ? `${JSON.stringify(figures)}\n` : textOf(figures, flags.soak));
    if (failed(figures, flags.soak)) process.exitCode = 1;
  },
});
