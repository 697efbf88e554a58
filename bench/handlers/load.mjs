// @ts-check
// Imports one bundle and says on standard output what that took: a process with nothing else in it. The bundle lacks a
// setting, so that it ends where its code is loaded and its INIT would begin; it may end of nothing else.
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The bundle, and what the error says that it has to end with; it must not fail where there is none. */
const [, , file = '', stop] = process.argv;
// The module loader itself is none of the bundle's.
await import('data:text/javascript,');
const builtins = new Set(process.moduleLoadList);
const rss = process.memoryUsage.rss();
const began = performance.now();
const before = process.cpuUsage();
/** @type {unknown} */
const error = await import(pathToFileURL(file).href).then(
  () => undefined,
  (thrown) => thrown,
);
const { user, system } = process.cpuUsage(before);
const took = {
  cpuMs: (user + system) / 1_000,
  wallMs: performance.now() - began,
  rssMb: (process.memoryUsage.rss() - rss) / 1_048_576,
  builtins: process.moduleLoadList.filter((name) => name.startsWith('NativeModule') && !builtins.has(name))
    .length,
};
if (stop !== undefined && error === undefined)
  throw new Error(`${file} was loaded without a setting that it needs: it did more than to load its code`);
const isStop = stop !== undefined && error instanceof Error && new RegExp(stop).test(error.message);
if (error !== undefined && !isStop) throw error;
writeSync(1, JSON.stringify(took));
process.exit();
