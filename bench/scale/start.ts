import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../command.ts';
import { checkFolder } from '../simulate/folder.ts';
import { textTable } from '../simulate/format.ts';
import { makeProgress } from '../simulate/progress.ts';
import { PICTURES } from './doc.ts';
import { type Flags, HELP, readFlags } from './flags.ts';
import { type Results, runPlan, workOf } from './run.ts';
import { bindingTable, partsTable, sharedTable } from './tables.ts';

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));

/** The real clock: the simulation puts its own in the place of `performance`. */
const now = performance.now.bind(performance);

function print(results: Results, { json }: Flags): void {
  process.stdout.write(
    json
      ? `${JSON.stringify(results)}\n`
      : `Chats at once at which a limit binds\n\n${textTable(bindingTable(results))}\n` +
          `Chats that share one token\n\n${textTable(sharedTable(results))}\n` +
          `Dollars for a million typing messages\n\n${textTable(partsTable(results))}`,
  );
}

async function simulate(flags: Flags, signal: AbortSignal): Promise<void> {
  // Loaded here only: CDK is large.
  const { readConfig } = await import('../../infra/config.ts');
  const throttles = readConfig({ genesysDomain: 'mypurecloud.com' });
  const { chats, sample, shared, seed, out } = flags;
  const plan = { chats, sample, shared, seed, throttles };
  const progress = makeProgress(process.stderr, workOf(plan), now, 'steps');
  let seconds = 0;
  const results = await runPlan(plan, { signal, progress: progress.add }).finally(() => {
    seconds = progress.end();
  });
  print(results, flags);
  process.stderr.write(`${seconds.toFixed(1)} s\n`);
  if (out === undefined) return;
  // Loaded here only: what draws is large.
  const { writeScale } = await import('./write.ts');
  process.stderr.write(`Wrote ${relative('', await writeScale(out, results, signal))}\n`);
}

await runCommand({
  help: HELP,
  readFlags: (args) => readFlags(args, DOCS),
  run: async (flags, signal) => {
    if (flags.out !== undefined) await checkFolder(flags.out, PICTURES);
    await simulate(flags, signal);
  },
});
