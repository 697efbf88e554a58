import { watch } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { performance } from 'node:perf_hooks';
import { build } from 'esbuild';
import type { LambdaFunction } from '../template/model.ts';
import type { Source } from './bundles.ts';
import { makeBundles } from './bundles.ts';
import { watchFolders } from './folders.ts';

export interface WatchOptions {
  /** The project: its `functions` and `infra` are watched, and its cdk.json. */
  readonly root: string;
  readonly functions: readonly LambdaFunction[];
  /** Called for each function whose bundle is another one now, by its logical id. */
  readonly renew: (functionId: string) => void;
  /** What was rebuilt, or why not, for a person. */
  readonly tell: (text: string) => void;
}

/** An editor saves in several steps, and a branch that is checked out is many files. */
const SETTLE_MS = 50;

/** What the stack is synthesised from, which only a new start does. */
const APP = 'infra/app.ts';
const SETTINGS = 'cdk.json';

/** Rebuilds the functions whose sources are saved, and says so where it is the stack's own code that was. */
export function startWatch({ root, functions, renew, tell }: WatchOptions): { close: () => Promise<void> } {
  const bundles = makeBundles(root, functions.filter(hasEntry));
  const changed = new Set<string>();
  let began = 0;
  let timer: NodeJS.Timeout | undefined;
  let work = Promise.resolve();

  function onChange(path: string): void {
    const file = relative(root, path).split(sep).join('/');
    if (!isSource(file)) return;
    if (changed.size === 0) began = performance.now();
    changed.add(file);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const files = [...changed];
      changed.clear();
      const since = began;
      work = work.then(() => take(files, since));
    }, SETTLE_MS);
  }

  async function take(files: string[], since: number): Promise<void> {
    if (files.some((file) => file.startsWith('functions/'))) await rebuild(files, since);
    const ofStack = await filesOfStack(root);
    for (const file of files)
      if (ofStack(file)) tell(`${file} changed: start again to take it into the stack`);
  }

  async function rebuild(files: string[], since: number): Promise<void> {
    try {
      const rebuilt: string[] = [];
      await bundles.rebuild(({ logicalId, entry }) => {
        renew(logicalId);
        rebuilt.push(basename(entry, '.ts'));
      });
      const names = rebuilt.join(', ');
      const took = `in ${Math.round(performance.now() - since)} ms`;
      tell(`${names === '' ? 'Nothing to rebuild' : `Rebuilt ${names} ${took}`}: ${files.join(', ')}`);
    } catch (error) {
      tell(`${messageOf(error)}\nNot rebuilt: the functions go on with the code that they have`);
    }
  }

  const watching = watchSources(root, onChange, tell);
  return {
    close: async () => {
      watching.close();
      clearTimeout(timer);
      await work;
      await bundles.close();
    },
  };
}

/** Watches the project's sources; where the system has no watchers left it says so, and the run goes on without. */
function watchSources(
  root: string,
  onChange: (path: string) => void,
  tell: WatchOptions['tell'],
): { close: () => void } {
  const lost = (error: unknown): void => {
    tell(`Not all sources are watched, start again after a change: ${messageOf(error)}`);
  };
  const watching: { close: () => void }[] = [];
  try {
    const settings = watch(root, (_, name) => {
      if (name === SETTINGS) onChange(join(root, name));
    });
    watching.push(settings);
    settings.on('error', lost);
    watching.push(watchFolders([join(root, 'functions'), join(root, 'infra')], onChange, lost));
  } catch (error) {
    lost(error);
  }
  return {
    close: () => {
      for (const one of watching) one.close();
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function hasEntry(fn: LambdaFunction): fn is LambdaFunction & Source {
  return fn.entry !== undefined;
}

/** Not a test, and none of the files that an editor makes beside the one that it saves. */
function isSource(file: string): boolean {
  return file === SETTINGS || (/\.(?:[cm]?[jt]s|json)$/.test(file) && !file.endsWith('.test.ts'));
}

/** Tells whether a file is part of what the stack is synthesised from; where that does not build, all of `infra` is. */
async function filesOfStack(root: string): Promise<(file: string) => boolean> {
  const inputs = await build({
    absWorkingDir: root,
    entryPoints: [APP],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  }).then(
    ({ metafile }) => Object.keys(metafile.inputs),
    () => undefined,
  );
  return (file) => file === SETTINGS || (inputs?.includes(file) ?? file.startsWith('infra/'));
}
