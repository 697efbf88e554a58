import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

const cdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

/**
 * Synthesises the stack into `outdir`, in a process of its own, as the CDK's command line does it.
 * @param settings go over those of cdk.json
 * @throws Error with what the app said when it fails, such as which setting is wrong
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
  let said = '';
  app.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = z.tuple([z.nullable(z.number())], z.unknown()).parse(await once(app, 'close'));
  if (code !== 0) throw new Error(`The stack could not be synthesised.\n${said.trim()}`);
}
