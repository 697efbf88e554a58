import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import * as z from 'zod';
import { ROOT } from '../../infra/bundle.ts';
import type { Sources } from './page.ts';

/** What a copy of the project needs to be linted, type-checked, synthesised and run. */
const FOLDERS = ['functions', 'infra', 'local', 'client'];
const FILES = [
  'package.json',
  'cdk.json',
  'tsconfig.json',
  'vitest.config.ts',
  'eslint.config.js',
  '.prettierrc.json',
];
/** What the page changes beside code. */
const DOCS = ['docs/protocol.md'];

/** A copy of the project's sources, in which things can be changed. */
export interface Copy {
  read: () => Promise<Sources>;
  write: (sources: Sources) => Promise<void>;
  /** Runs one of the project's tools. @returns what it printed, empty when it found nothing wrong */
  complaints: (tool: string, ...args: string[]) => Promise<string>;
  /** The ticket that `npm run ticket` prints. */
  ticket: (keyFile: string, session: object) => Promise<string>;
  /** `npm start` on free ports. */
  start: (...args: string[]) => Promise<Run>;
  remove: () => Promise<void>;
}

export interface Run {
  gateway: string;
  ticketKeyFile: string;
  close: () => Promise<void>;
}

const ready = z.object({ gateway: z.string(), ticketKeyFile: z.string() });

export async function makeCopy(): Promise<Copy> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'typing-relay-extending-')));
  for (const name of [...FOLDERS, ...FILES, ...DOCS]) {
    await cp(join(ROOT, name), join(root, name), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));

  async function read(): Promise<Sources> {
    const sources = new Map<string, string>();
    for (const folder of [...FOLDERS, 'docs']) {
      for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile()) sources.set(path.slice(root.length + 1), await readFile(path, 'utf8'));
      }
    }
    for (const file of FILES) sources.set(file, await readFile(join(root, file), 'utf8'));
    return sources;
  }

  return {
    read,

    async write(sources) {
      for (const [path, text] of sources) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), text);
      }
    },

    complaints: (tool, ...args) =>
      new Promise((resolve) => {
        execFile(join(root, 'node_modules/.bin', tool), args, { cwd: root }, (error, out, err) => {
          resolve(error ? `${error.message}\n${out}\n${err}` : '');
        });
      }),

    async ticket(keyFile, session) {
      const flags = ['--key-file', keyFile, '--session', JSON.stringify(session)];
      const command = ['--import', 'tsx', 'infra/ticket.ts', ...flags];
      return (await promisify(execFile)(process.execPath, command, { cwd: root })).stdout.trim();
    },

    async start(...args) {
      const ports = ['gateway', 'http', 'page', 'genesys'].flatMap((name) => [`--${name}-port`, '0']);
      const command = ['--import', 'tsx', 'local/start.ts', '--json', ...ports, ...args];
      const child = spawn(process.execPath, command, { cwd: root });
      // Also where its start takes longer than a test may.
      process.once('exit', () => child.kill('SIGKILL'));
      const close = async (): Promise<void> => {
        if (child.exitCode !== null) return;
        const closed = once(child, 'close');
        child.kill('SIGTERM');
        await closed;
      };
      return { ...ready.parse(JSON.parse(await firstLine(child))), close };
    },

    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** The first line of a process's output. @throws Error with what it said when it ends without one */
async function firstLine({ stdout, stderr }: ReturnType<typeof spawn>): Promise<string> {
  if (!stdout || !stderr) throw new Error('the process has no output');
  let said = '';
  stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  for await (const line of createInterface(stdout)) return line;
  throw new Error(`npm start ended:\n${said}`);
}
