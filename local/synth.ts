import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { ROOT } from '../infra/bundle.ts';

/** The app refused to make a template, in its own words. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';
}

/** A deployment has to say its own; what runs here asks no region for anything. */
const ANY_REGION = { genesysDomain: 'mypurecloud.com' };

const cdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

/**
 * Synthesises the stack into `outdir`, in a process of its own, as the CDK's command line does it.
 * @param settings go over those of cdk.json
 * @param app the app's file, from the project's root
 * @throws SynthesisError with what the app said, such as which setting is wrong
 */
export async function synthesise(
  outdir: string,
  settings: Record<string, unknown>,
  signal: AbortSignal,
  app = 'infra/app.ts',
): Promise<void> {
  const { context } = cdkJson.parse(JSON.parse(await readFile(`${ROOT}cdk.json`, 'utf8')));
  const synthesis = spawn(process.execPath, ['--import', 'tsx', app], {
    cwd: ROOT,
    // The names by which the CDK's command line hands these to an app.
    env: {
      ...process.env,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ ...ANY_REGION, ...context, ...settings }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  // An abort is told as an error while the process is still there: wait for its end in either case.
  synthesis.on('error', () => undefined);
  let said = '';
  synthesis.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = await new Promise<unknown[]>((resolve) =>
    synthesis.once('close', (...ended) => {
      resolve(ended);
    }),
  );
  if (code !== 0) throw new SynthesisError(`The stack could not be synthesised.\n${said.trim()}`);
}
