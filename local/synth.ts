import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** The app refused to make a template, in its own words. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';
}

const cdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

/**
 * Synthesises the stack into `outdir`, in a process of its own, as the CDK's command line does it.
 * @param settings go over those of cdk.json
 * @throws SynthesisError with what the app said, such as which setting is wrong
 */
export async function synthesise(
  outdir: string,
  settings: Record<string, unknown>,
  signal: AbortSignal,
): Promise<void> {
  const { context } = cdkJson.parse(JSON.parse(await readFile(`${ROOT}cdk.json`, 'utf8')));
  const app = spawn(process.execPath, ['--import', 'tsx', 'infra/app.ts'], {
    cwd: ROOT,
    // The names by which the CDK's command line hands these to an app.
    env: {
      ...process.env,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...settings }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  // An abort is told as an error while the process is still there: wait for its end in either case.
  app.on('error', () => undefined);
  let said = '';
  app.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = await new Promise<unknown[]>((resolve) =>
    app.once('close', (...ended) => {
      resolve(ended);
    }),
  );
  if (code !== 0) throw new SynthesisError(`The stack could not be synthesised.\n${said.trim()}`);
}
