import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { listen } from '../../local/listen.ts';
import { LANE } from '../../test/cross/install.ts';
import { serverlessConfig } from '../../test/cross/serverless-config.ts';
import type { Synthesised } from '../../test/scenarios/probe/synth.ts';

/** Its ways to run a function: in threads of their own, or all in its own thread. */
export const OFFLINE_MODES = ['threads', 'in-process'] as const;
export type OfflineMode = (typeof OFFLINE_MODES)[number];

const FLAGS: Readonly<Record<OfflineMode, readonly string[]>> = {
  threads: [],
  'in-process': ['--useInProcess'],
};

/** A port that was free a moment ago: serverless-offline takes no 0. */
async function freePort(): Promise<number> {
  const server = createServer();
  const host = await listen(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return Number(host.split(':')[1]);
}

/**
 * Runs a synthesised stack under serverless-offline, by the settings that `npm run test:cross` has, without its notices
 * of each call.
 * @param environment of every function, over what the template says
 * @returns `ws://127.0.0.1:PORT`
 * @throws Error with what it said when it does not come up
 */
export async function startOffline(
  { template, directory }: Synthesised,
  mode: OfflineMode,
  environment: Readonly<Record<string, string>>,
): Promise<{ url: string; close: () => Promise<void> }> {
  const [webSocket, http, lambda] = [await freePort(), await freePort(), await freePort()];
  const callbacks = { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `http://127.0.0.1:${webSocket}` };
  const config = serverlessConfig({ template, directory, environment: { ...environment, ...callbacks } });
  await writeFile(join(directory, 'serverless.json'), JSON.stringify(config));
  // A plugin is looked for beside the service.
  await symlink(join(LANE, 'node_modules'), join(directory, 'node_modules'));
  const child = spawn(
    process.execPath,
    [
      join(LANE, 'node_modules/osls/bin/serverless.js'),
      ...['offline', 'start', '--noSponsor', '--noPrependStageInUrl', '--host', '127.0.0.1'],
      ...['--websocketPort', String(webSocket), '--httpPort', String(http), '--lambdaPort', String(lambda)],
      ...FLAGS[mode],
    ],
    { cwd: directory, env: environmentFor(directory), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  try {
    await untilReady(child);
  } catch (error) {
    await end(child);
    throw error;
  }
  return { url: `ws://127.0.0.1:${webSocket}`, close: () => end(child) };
}

/** Nothing of the caller's own: its AWS credentials would be handed to every function. */
const environmentFor = (home: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: home,
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});

const READY = [/\[http for websocket\] listening/, /Server ready/];

async function untilReady(child: ChildProcess): Promise<void> {
  const said: string[] = [];
  const missing = new Set(READY);
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      const lines = createInterface(stream);
      lines.on('line', (line) => {
        said.push(line);
        for (const words of missing) if (words.test(line)) missing.delete(words);
        if (missing.size === 0) resolve();
      });
    }
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`serverless-offline ended before it listened. It said:\n${said.join('\n')}`);
  });
  ended.catch(() => undefined);
  await Promise.race([ready, ended]);
}

const KILLED_AFTER_MS = 5_000;

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), KILLED_AFTER_MS);
  await exited;
  clearTimeout(timer);
}
