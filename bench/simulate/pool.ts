import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { bundle } from './bundle.ts';
import type { CellResult } from './cells.ts';
import type { PlannedCell } from './plan.ts';

export interface PoolOptions {
  workers: number;
  /** A trace's sessions: times of key presses; the generator writes where there is none. */
  sessions?: number[][] | undefined;
  /** Told how many drafts were replayed since the last call. */
  progress?: (drafts: number) => void;
  /** Ends the run at once. */
  signal?: AbortSignal;
}

interface Job {
  file: string;
  cell: PlannedCell;
}

type Told = { drafts: number } | { result: CellResult };

/** Gives one worker job after job until there is none left. */
function employ(jobs: Job[], options: PoolOptions, done: (result: CellResult) => void): Promise<void> {
  const { sessions, progress, signal } = options;
  const worker = new Worker(new URL('worker.mjs', import.meta.url), {
    workerData: { sessions },
    execArgv: [],
    // What a cell leaves behind is small; a large young generation spares the collector most of its work.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  });
  const ended = new Promise<void>((resolve, reject) => {
    const next = (): void => {
      const job = jobs.shift();
      if (job) worker.postMessage(job);
      else resolve();
    };
    worker.on('message', (told: Told) => {
      if ('drafts' in told) {
        progress?.(told.drafts);
        return;
      }
      done(told.result);
      next();
    });
    worker.on('error', reject);
    const end = (): void => {
      reject(new Error('ended'));
    };
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end);
    next();
  });
  return ended.finally(() => worker.terminate());
}

/** Runs all cells. @returns their results in the order of the cells, whatever the number of workers */
export async function runCells(cells: readonly PlannedCell[], options: PoolOptions): Promise<CellResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'typing-relay-simulate-'));
  try {
    const files = new Map<string, string>();
    for (const { constants } of cells) {
      options.signal?.throwIfAborted();
      const name = JSON.stringify(constants);
      if (!files.has(name)) files.set(name, await bundle(folder, `cells-${files.size}`, constants));
    }
    const costs = (cell: PlannedCell): number => cell.drafts * (cell.subject.kind === 'ours' ? 10 : 1);
    // The longest first: so the last ones to finish are short.
    const jobs = cells
      .map((cell) => ({ cell, file: files.get(JSON.stringify(cell.constants)) ?? '' }))
      .sort((one, other) => costs(other.cell) - costs(one.cell));
    const results = new Map<string, CellResult>();
    // One worker that fails ends the others.
    const failed = new AbortController();
    const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
    // Each worker listens.
    setMaxListeners(0, signal);
    const employed = Array.from({ length: Math.min(options.workers, cells.length) }, () =>
      employ(jobs, { ...options, signal }, (result) => results.set(result.id, result)),
    );
    await Promise.all(employed).finally(() => {
      failed.abort();
    });
    return cells.flatMap(({ id }) => results.get(id) ?? []);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
