import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { LaneError } from '../../bench/lane.ts';
import { listen } from '../../local/listen.ts';
import type { Synthesised } from '../scenarios/probe/synth.ts';
import { LANE } from './install.ts';
import { serverlessConfig } from './serverless-config.ts';

export interface Offline {
  /** `ws://127.0.0.1:PORT` */
  readonly url: string;
  /** `http://127.0.0.1:PORT` */
  readonly httpUrl: string;
  readonly close: () => Promise<void>;
}

/** A port that was free a moment ago: serverless-offline takes no 0. */
async function freePort(): Promise<number> {
  const server = createServer();
  const host = await listen(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return Number(host.split(':')[1]);
}

/** What it says once it listens, for WebSocket and for HTTP APIs. */
const READY = [/\[http for websocket\] listening/, /Server ready/];

/**
 * Runs a synthesised stack, which needs both APIs, under serverless-offline.
 * @param signal ends it at once
 * @param environment of every function, over what the template says
 * @param flags further ones of serverless-offline
 */
export async function startOffline(
  { template, directory }: Synthesised,
  signal: AbortSignal,
  environment: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<Offline> {
  const [webSocket, http, lambda] = [await freePort(), await freePort(), await freePort()];
  const urls = { url: `ws://127.0.0.1:${webSocket}`, httpUrl: `http://127.0.0.1:${http}` };
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
      ...flags,
      ...['--websocketPort', String(webSocket), '--httpPort', String(http), '--lambdaPort', String(lambda)],
    ],
    {
      cwd: directory,
      env: environmentFor(directory),
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
    },
  );
  const close = (): Promise<void> => end(child);
  // A signal ends the process, and is told as an error beside.
  child.on('error', () => undefined);
  try {
    await untilReady(child);
  } catch (error) {
    await close();
    throw error;
  }
  return { ...urls, close };
}

/** Nothing of the caller's own: its AWS credentials would be handed to every function. */
const environmentFor = (home: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: home,
  // An end while it starts leaves what it wrote there.
  TMPDIR: home,
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});

const READY_WITHIN_MS = 120_000;

async function untilReady(child: ChildProcess): Promise<void> {
  let said = '';
  const missing = new Set(READY);
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on('line', (line) => {
        said += `${line}\n`;
        for (const words of missing) if (words.test(line)) missing.delete(words);
        if (missing.size === 0) resolve();
      });
    }
  });
  const ended = once(child, 'exit').then(() => {
    throw new LaneError(`serverless-offline ended before it listened. It said:\n${said}`);
  });
  const late = delay(READY_WITHIN_MS, undefined, { ref: false }).then(() => {
    throw new LaneError(`serverless-offline did not listen in time. It said:\n${said}`);
  });
  late.catch(() => undefined);
  await Promise.race([ready, ended, late]);
  ended.catch(() => undefined);
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
