import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { synthesise } from '../../../local/synth.ts';
import type { Template } from '../../../local/template/model.ts';
import { loadTemplate } from '../../../local/template/template.ts';
import { PROBE_STACK } from './stack.ts';

export interface Synthesised {
  readonly template: Template;
  /** Where the template and the bundles are. */
  readonly directory: string;
  /** Removes the directory. */
  readonly close: () => Promise<void>;
}

/**
 * Synthesises a stack into a directory of its own.
 * @param settings go over those of cdk.json
 * @param signal ends it in its middle, and leaves nothing
 * @param app the app's file, from the project's root; the relay's by default
 */
export async function synthesiseStack(
  stackName: string,
  settings: Record<string, unknown>,
  signal: AbortSignal,
  app?: string,
): Promise<Synthesised> {
  const directory = await mkdtemp(join(tmpdir(), `${stackName}-`));
  const close = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    await synthesise(directory, settings, signal, app);
    return { template: loadTemplate(directory, stackName), directory, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Synthesises the probe, with a token that nobody else has. */
export async function synthesiseProbe(
  signal: AbortSignal,
): Promise<Synthesised & { readonly token: string }> {
  const token = randomUUID();
  const app = 'test/scenarios/probe/app.ts';
  return { ...(await synthesiseStack(PROBE_STACK, { probeToken: token }, signal, app)), token };
}
