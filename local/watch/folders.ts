import type { FSWatcher } from 'node:fs';
import { readdirSync, statSync, watch } from 'node:fs';
import { join, sep } from 'node:path';

export interface Watching {
  readonly close: () => void;
}

/**
 * Calls back with the path of each file below these folders that changes, comes or goes.
 * One watcher a folder: the recursive one of Node.js 20 on Linux watches each file and loses one that an editor
 * replaces by renaming, after the first time.
 * @param onLost told why a folder that came later cannot be watched
 * @throws Error when the system has no watchers left, or a folder is not there
 */
export function watchFolders(
  folders: readonly string[],
  onChange: (file: string) => void,
  onLost: (error: unknown) => void,
): Watching {
  const watchers = new Map<string, FSWatcher>();

  /** A folder takes those below it along: they moved with it, or are gone. */
  function forget(path: string): void {
    for (const [folder, watcher] of watchers) {
      if (folder !== path && !folder.startsWith(path + sep)) continue;
      watcher.close();
      watchers.delete(folder);
    }
  }

  function add(folder: string): void {
    forget(folder);
    const watcher = watch(folder, (event, name) => {
      if (name !== null) notice(join(folder, name), event === 'rename');
    });
    // Such as a folder that goes, on Windows.
    watcher.on('error', () => {
      forget(folder);
    });
    watchers.set(folder, watcher);
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) add(join(folder, entry.name));
  }

  function notice(path: string, cameOrWent: boolean): void {
    try {
      look(path, cameOrWent);
    } catch (error) {
      onLost(error);
    }
  }

  function look(path: string, cameOrWent: boolean): void {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    if (!isFolder) {
      forget(path);
      onChange(path);
    } else if (cameOrWent || !watchers.has(path)) {
      // Also one that went and came again: its watcher looks at the one that is gone.
      add(path);
      // What came into it before it was watched.
      for (const name of readdirSync(path)) look(join(path, name), false);
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
