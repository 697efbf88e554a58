import type { FSWatcher } from 'node:fs';
import { readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

export interface Watching {
  readonly close: () => void;
}

/**
 * Calls back with the path of each file below these folders that changes, comes or goes.
 * One watcher a folder: the recursive one of Node.js 20 on Linux watches each file and loses one that an editor
 * replaces by renaming, after the first time.
 * @throws Error when the system has no watchers left, or a folder is not there
 */
export function watchFolders(folders: readonly string[], onChange: (file: string) => void): Watching {
  const watchers = new Map<string, FSWatcher>();

  function forget(path: string): void {
    watchers.get(path)?.close();
    watchers.delete(path);
  }

  function add(folder: string): void {
    const watcher = watch(folder, (_, name) => {
      if (name !== null) look(join(folder, name));
    });
    // Such as a folder that goes, on Windows.
    watcher.on('error', () => {
      forget(folder);
    });
    watchers.set(folder, watcher);
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) add(join(folder, entry.name));
  }

  function look(path: string): void {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    if (!isFolder) {
      forget(path);
      onChange(path);
    } else if (!watchers.has(path)) {
      add(path);
      // What came into it before it was watched.
      for (const name of readdirSync(path)) look(join(path, name));
    }
  }

  const close = (): void => {
    for (const path of [...watchers.keys()]) forget(path);
  };
  try {
    folders.forEach(add);
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}
