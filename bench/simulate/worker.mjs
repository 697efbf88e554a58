// @ts-check
// Replays the cells that it is given, one after another: plain JavaScript, so that no loader slows it down.
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/** @typedef {import('./cells.ts').Cell} Cell */
/** @typedef {typeof import('./cells.ts')} Cells */

const port = parentPort;
if (port === null) throw new Error('worker.mjs runs as a worker only');
/** @type {number[][] | undefined} */
const sessions = workerData.sessions;

port.on('message', async (/** @type {{ file: string, cell: Cell }} */ { file, cell }) => {
  /** @type {Cells} */
  const { runCell, sourceOf } = await import(pathToFileURL(file).href);
  const result = await runCell(cell, sourceOf(sessions), (drafts) => port.postMessage({ drafts }));
  port.postMessage({ result });
});
