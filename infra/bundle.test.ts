import { builtinModules as NODE_MODULES } from 'node:module';
import { buildSync } from 'esbuild';
import { expect, it } from 'vitest';
import { bundleOptions, entryOf } from './bundle.ts';
import { AUTHORIZER, EXPIRE, ROUTES } from './routes.ts';

/** ws tries to load these two, and does without them. */
const OPTIONAL = ['bufferutil', 'utf-8-validate'];

const handlers = [AUTHORIZER, EXPIRE, ...ROUTES].map(({ handler }) => handler);

it.each(handlers)(
  "%s is one minified ES module with nothing left outside but Node's own modules",
  (handler) => {
    const built = buildSync({
      ...bundleOptions({ index: entryOf(handler) }, 'unused'),
      write: false,
      metafile: true,
    });
    const [file] = built.outputFiles;
    expect(built.outputFiles).toHaveLength(1);
    expect(file?.path).toMatch(/index\.mjs$/);
    // Strings of several lines aside, a minified bundle has next to none.
    expect(file?.text.split('\n').length).toBeLessThan(100);
    const outside = Object.values(built.metafile.outputs).flatMap(({ imports }) =>
      imports.map(({ path }) => path),
    );
    expect(
      outside.filter((path) => !path.startsWith('node:') && ![...NODE_MODULES, ...OPTIONAL].includes(path)),
    ).toEqual([]);
  },
);
