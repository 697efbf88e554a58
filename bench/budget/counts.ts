import { build } from 'esbuild';
import { bundleOptions, entryOf } from '../../infra/bundle.ts';
import { AUTHORIZER, EXPIRE, ROUTES, WEBHOOKS } from '../../infra/routes.ts';
import { type CountsBySort, messageCounts } from './message-counts.ts';

/** A function's bundle, as it is deployed. */
interface BundleCounts {
  /** Minified, not compressed. */
  bytes: number;
  /** Files of which something is in it. */
  modules: number;
  /** Packages that are in it. */
  packages: string[];
  /** Node's own modules that it may load. */
  builtins: string[];
}

const HANDLERS = [...new Set([...ROUTES, AUTHORIZER, EXPIRE, ...WEBHOOKS].map(({ handler }) => handler))];

async function bundleCounts(handler: string): Promise<BundleCounts> {
  const options = bundleOptions({ [handler]: entryOf(handler) }, 'out');
  const { metafile } = await build({ ...options, metafile: true, write: false });
  const outputs = Object.values(metafile.outputs);
  const inputs = outputs.flatMap((output) =>
    Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? file : [])),
  );
  const packages = inputs.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  const builtins = outputs.flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path.replace(/^node:/, '')),
  );
  return {
    bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
    modules: inputs.length,
    packages: [...new Set(packages)].toSorted(),
    builtins: [...new Set(builtins)].toSorted(),
  };
}

export interface Counted {
  /** By the functions' handlers. */
  bundles: Record<string, BundleCounts>;
  /** By upstream, and by sort of event. */
  messages: Record<string, CountsBySort>;
}

/** Counts what is the same on every machine, and must not grow unnoticed. */
export async function countAll(): Promise<Counted> {
  const bundles: Counted['bundles'] = {};
  for (const handler of HANDLERS) bundles[handler] = await bundleCounts(handler);
  return { bundles, messages: await messageCounts() };
}
