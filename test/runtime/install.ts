import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { RuntimeFiles } from './ric.ts';

/** Something that the caller of the command can put right. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const MODULES = join(FOLDER, 'node_modules');
/** Holds the lock file's hash once all that it names is installed and built. */
const STAMP = join(MODULES, '.installed');
const LOG = join(MODULES, 'install.log');

/** What the client's build asks for (aws-lambda-ric 4.0.2, scripts/preinstall.sh), and node-gyp for its addon. */
const TOOLS = ['cmake', 'make', 'g++', 'python3', 'tar', 'xz'] as const;
const PACKAGES = 'cmake make g++ python3 tar xz-utils';

/** The Node.js that Lambda runs, from the npm registry. */
const nodePackage = (): string => join(MODULES, `node-linux-${process.arch}`);

/** Where Lambda's own runtime lies once it is installed. */
export function runtimeFiles(): RuntimeFiles {
  return { node: join(nodePackage(), 'bin/node'), client: join(MODULES, 'aws-lambda-ric/index.mjs') };
}

/**
 * Installs Lambda's own runtime below this folder, where that has not been done: Node.js 24 and the runtime interface
 * client, which is built here.
 * @param tell progress, a line each
 * @throws InstallError that says what to install
 */
export async function install(tell: (text: string) => void, signal: AbortSignal): Promise<RuntimeFiles> {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch))
    throw new InstallError("Lambda's runtime interface client builds on Linux (x64, arm64) only.");
  const lock = createHash('sha256')
    .update(await readFile(join(FOLDER, 'package-lock.json')))
    .digest('hex');
  const stamp = await readFile(STAMP, 'utf8').catch(() => undefined);
  if (stamp === lock) return runtimeFiles();
  await checkTools();
  await rm(STAMP, { force: true });
  tell('Downloading Node.js 24 and the runtime interface client …');
  await npm(['ci', '--ignore-scripts'], { tell, signal });
  tell('Building the runtime interface client, which takes a minute or two …');
  // Without the headers beside its Node.js, node-gyp would look for them on nodejs.org.
  await npm(['rebuild', 'aws-lambda-ric', '--foreground-scripts'], { tell, signal, nodedir: nodePackage() });
  await writeFile(STAMP, lock);
  return runtimeFiles();
}

async function checkTools(): Promise<void> {
  const found = await Promise.all(TOOLS.map(isOnPath));
  const missing = TOOLS.filter((_, index) => !found[index]);
  if (missing.length === 0) return;
  throw new InstallError(
    `The build of Lambda's runtime interface client needs ${missing.join(', ')}. ` +
      `Debian and Ubuntu: apt-get install ${PACKAGES}`,
  );
}

async function isOnPath(tool: string): Promise<boolean> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const isThere = await access(join(folder, tool), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
  }
  return false;
}

interface NpmOptions {
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
  /** The Node.js whose headers an addon is built with. */
  readonly nodedir?: string;
}

/** Runs npm in this folder; what it says goes to a log, the steps of a build go to `tell` too. */
async function npm(args: string[], { tell, signal, nodedir }: NpmOptions): Promise<void> {
  const said: string[] = [];
  const child = spawn('npm', [...args, '--prefix', FOLDER, '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    env: { ...process.env, ...(nodedir === undefined ? {} : { npm_config_nodedir: nodedir }) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that an end reaches the compilers below npm.
    detached: true,
  });
  const end = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  };
  signal.addEventListener('abort', end, { once: true });
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on('line', (line) => {
      said.push(line);
      if (/^Building .*\.\.\.$/.test(line)) tell(`  ${line}`);
    });
  const code = await ended(child);
  signal.removeEventListener('abort', end);
  signal.throwIfAborted();
  if (code === 0) return;
  await mkdir(MODULES, { recursive: true });
  await writeFile(LOG, said.join('\n'));
  throw new InstallError(
    `npm ${args.join(' ')} failed in ${FOLDER} (all of it in ${LOG}):\n${said.slice(-20).join('\n')}`,
  );
}

function ended(child: ChildProcess): Promise<number | null> {
  child.on('error', () => undefined);
  return new Promise((resolve) => {
    child.once('close', resolve);
  });
}
