// @ts-check
// Imports one bundle and says on standard output what that took: a process with nothing else in it.
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [, , file = ''] = process.argv;
// The module loader itself is none of the bundle's.
await import('data:text/javascript,');
const builtins = new Set(process.moduleLoadList);
const rss = process.memoryUsage.rss();
const began = performance.now();
const before = process.cpuUsage();
// Its settings are left out, so that it ends where its code is loaded and its INIT would begin.
await import(pathToFileURL(file).href).catch(() => undefined);
const { user, system } = process.cpuUsage(before);
const took = {
  cpuMs: (user + system) / 1_000,
  wallMs: performance.now() - began,
  rssMb: (process.memoryUsage.rss() - rss) / 1_048_576,
  builtins: process.moduleLoadList.filter((name) => name.startsWith('NativeModule') && !builtins.has(name))
    .length,
};
writeSync(1, JSON.stringify(took));
process.exit();
