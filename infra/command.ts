/** Something that the caller of a command can put right: the command exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Runs a command: prints what it answers, or the sentence of what failed, with exit code 2 for wrong usage and else 1. */
export async function runCommand(main: (args: string[]) => Promise<string>): Promise<void> {
  try {
    process.stdout.write(await main(process.argv.slice(2)));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
