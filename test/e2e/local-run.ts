import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type LocalOptions, startLocal } from '../../local/run.ts';

/** Where the tests find the local run that they share. */
export interface SharedRun {
  gateway: string;
  genesys: string;
  page: string;
  ticketKeyFile: string;
  /** Every line that a function wrote, as it was written. */
  logFile: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    local: SharedRun;
  }
}

/** One local run for all end-to-end tests: each makes guests of its own, and sets faults for their conversations only. */
export default async function setup(
  project: TestProject,
  more: Pick<LocalOptions, 'startRuntime'> = {},
): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), 'typing-relay-e2e-'));
  const logFile = join(directory, 'functions.log');
  appendFileSync(logFile, '');
  const { close, ...run } = await startLocal({
    ports: { gateway: 0, http: 0, page: 0, genesys: 0 },
    ticketKeyFile: () => join(directory, 'ticket-key.json'),
    tell: () => undefined,
    onLog: ({ line }) => {
      appendFileSync(logFile, `${line}\n`);
    },
    signal: new AbortController().signal,
    ...more,
  });
  project.provide('local', { ...run, logFile });
  return async () => {
    await close();
    rmSync(directory, { recursive: true });
  };
}
