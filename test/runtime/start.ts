import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { endsBySignal } from '../../bench/signals.ts';
import { parseFlags, UsageError, wholeNumber } from '../../bench/usage.ts';
import { SynthesisError } from '../../local/synth.ts';
import { type Figure, figuresOf, tableOf } from './figures.ts';
import { install, InstallError } from './install.ts';
import { measure } from './measure.ts';
import { makeStartRic } from './ric.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROUNDS = { least: 1, most: 100, default: 5 } as const;

const HELP = `Runs the functions under Lambda's own runtime: the official runtime interface client on Node.js 24.

  npm run test:runtime               the end-to-end tests on it, then how long each function takes

  --rounds N    how often each function is measured from cold, ${ROUNDS.least} to ${ROUNDS.most} (default ${ROUNDS.default}); about 15 s each
  --figures     only measure; no tests
  --json        print the figures as JSON; everything else goes to standard error
  --help        this text

The runtime is installed on first use, below test/runtime/node_modules: 210 MB, and a build of one to two minutes that
needs cmake, make, g++, python3, tar and xz. Linux only. Ctrl-C ends everything.
Ends with 0 when all went well, 1 when a test or a function failed, 2 when a flag is wrong or a tool is missing.
`;

const options = {
  rounds: { type: 'string', default: String(ROUNDS.default) },
  figures: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Runs the tests of this folder, and the end-to-end tests, on Lambda's runtime. Answers whether all are green. */
async function runTests(signal: AbortSignal): Promise<boolean> {
  const vitest = 'node_modules/vitest/vitest.mjs';
  const child = spawn(process.execPath, [vitest, 'run', '--config', 'test/runtime/vitest.config.ts'], {
    cwd: ROOT,
    // Standard output is for the figures.
    stdio: ['ignore', 2, 2],
  });
  const end = (): void => {
    child.kill('SIGTERM');
  };
  signal.addEventListener('abort', end, { once: true });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  signal.throwIfAborted();
  return code === 0;
}

function print(figures: readonly Figure[], json: boolean): void {
  process.stdout.write(
    json ? `${JSON.stringify(figures)}\n` : `\nms: median (least–most)\n\n${tableOf(figures)}`,
  );
}

async function main(args: string[]): Promise<void> {
  const flags = parseFlags(args, options);
  const rounds = wholeNumber('rounds', flags.rounds, ROUNDS.least, ROUNDS.most);
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  const tell = (line: string): boolean => process.stderr.write(`${line}\n`);
  const signal = endsBySignal();
  try {
    const files = await install(tell, signal);
    const isGreen = flags.figures || (await runTests(signal));
    const startRuntime = makeStartRic(files);
    const figures = figuresOf(await measure({ startRuntime, rounds, tell, onLog: tell, signal }));
    print(figures, flags.json);
    const failures = figures.flatMap((figure) =>
      figure.failures.map((failure) => `${figure.name}: ${failure}`),
    );
    for (const failure of failures) tell(failure);
    if (!isGreen || failures.length > 0) process.exitCode = 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    tell('Ended.');
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const toPutRight = error instanceof UsageError || error instanceof InstallError;
  process.stderr.write(`${toPutRight || error instanceof SynthesisError ? error.message : inspect(error)}\n`);
  process.exitCode = toPutRight ? 2 : 1;
}
