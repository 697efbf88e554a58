import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';

/** The project's root: entries are paths from here. */
export const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Under this key a function's metadata says what its bundle is made from, so that the local run can rebuild it. */
export const ENTRY_METADATA = 'typing-relay:entry';

/** What a handler's bundle is made from. */
export const entryOf = (handler: string): string => `functions/${handler}.ts`;

/**
 * How entries become bundles: one ES module each, so that it may wait in INIT, with nothing left outside.
 * @param entries what each bundle is made from, by the bundle's name
 */
export function bundleOptions(entries: Record<string, string>, outdir: string, root = ROOT): BuildOptions {
  return {
    absWorkingDir: root,
    entryPoints: entries,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // The client alone: the package's entry brings its server and its streams as well.
    alias: { ws: './node_modules/ws/lib/websocket.js' },
    // https://github.com/websockets/ws#opt-in-for-performance: add-ons that no bundle holds are not looked for.
    define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' },
    // CommonJS packages ask for Node's modules by require, which an ES module lacks.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'warning',
  };
}
