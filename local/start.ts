import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspect, parseArgs } from 'node:util';
import { TemplateError } from './template/names.ts';
import { demoIds } from './genesys/state.ts';
import { POOL_LIMITS } from './lambda/pool.ts';
import { startFreezingRuntime } from './lambda/runtime.ts';
import { PortError } from './listen.ts';
import { type LocalRun, startLocal } from './run.ts';
import { SynthesisError } from './synth.ts';

const GATEWAY_PORT = 4001;

const HELP = `Runs the whole relay on this machine: the synthesised stack, its functions, a table, and a simulated Genesys org.

  npm start                      then open the page that it names
  npm start -- --json            for scripts: no browser, one line of JSON on standard output once all is up

  --gateway-port N   the WebSocket API (default ${GATEWAY_PORT}); a taken port is replaced by a free one
  --page-port N      the page (default 4000)
  --genesys-port N   the simulated org (default 4002)
  --http-port N      the HTTP API (default 4003), where the stack has one
  --allow-host HOST  a host that a ticket may name beside the simulated org, such as ws://127.0.0.1:5000; once for each
  --no-open          do not open a browser
  --no-watch         do not rebuild a function when its source is saved; with --json, --watch does
  --environments N   of each function at most (default ${POOL_LIMITS.environments}); an event that finds none free waits
  --quiet            functions log at their own level, not at debug: the page shows no decisions
  --freeze           functions stand still between events, as Lambda's do: no timer fires and no socket is read
  --json             print {"gateway","page","genesys","aws","ticketKeyFile"}, and "http" where there is an HTTP API;
                     everything else goes to standard error
  --help             this text

Ctrl-C ends everything.
`;

const options = {
  'gateway-port': { type: 'string', default: String(GATEWAY_PORT) },
  'page-port': { type: 'string', default: '4000' },
  'genesys-port': { type: 'string', default: '4002' },
  'http-port': { type: 'string', default: '4003' },
  'allow-host': { type: 'string', multiple: true },
  open: { type: 'boolean', default: true },
  watch: { type: 'boolean' },
  environments: { type: 'string', default: String(POOL_LIMITS.environments) },
  quiet: { type: 'boolean', default: false },
  freeze: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Something that the caller of the command can put right. */
class UsageError extends Error {}

function readFlags(args: string[]) {
  try {
    return parseArgs({ args, options, allowNegative: true }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : 'Wrong flags'}. See --help.`);
  }
}

function portOf(text: string, flag: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--${flag} takes a port from 0 (any free one) to 65535, not ${JSON.stringify(text)}`);
}

function environmentsOf(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new UsageError(`--environments takes a number from 1 to 999, not ${JSON.stringify(text)}`);
}

/** Each run has its own file: the usual one by the usual name. */
const ticketKeyFile = (port: number): string =>
  fileURLToPath(
    new URL(`../.local/ticket-key${port === GATEWAY_PORT ? '' : `-${port}`}.json`, import.meta.url),
  );

/** What is not as on AWS, and where that is explained. */
const notes = (notRun: readonly string[]): string =>
  [...notRun, 'Details: docs/local-run.md#what-differs-from-aws'].map((line) => `  ${line}`).join('\n');

function welcome(run: LocalRun, notRun: readonly string[], watches: boolean): string {
  const { gateway, http, page, genesys, ticketKeyFile: file } = run;
  return `
  Page      ${page}
  Gateway   ${gateway}${http === undefined ? '' : `\n  HTTP API  ${http}`}
  Genesys   ${genesys} (simulated)

  Type as the demo guest, from another terminal:

  TICKET=$(npm run --silent ticket -- --key-file ${file} --upstream participant-state \\
    --conversation ${demoIds.conversationId} --participant ${demoIds.customer.id})
  npx --yes wscat@6.1.0 -c "${gateway}?ticket=$TICKET" -w 2 -x '{"type":"typing","data":{"isTyping":true},"id":"1"}'

${notes(notRun)}

  ${watches ? 'A source that you save is taken at once. ' : ''}Ctrl-C ends everything. Log lines of the functions follow.
`;
}

function openBrowser(url: string): void {
  const openers: Record<string, string> = { darwin: 'open', win32: 'explorer' };
  const child = spawn(openers[process.platform] ?? 'xdg-open', [url], { stdio: 'ignore', detached: true });
  // No browser on this machine: the page's address stands in the terminal.
  child.on('error', () => undefined);
  child.unref();
}

/** CloudWatch makes metrics of such lines; a terminal makes nothing of them. */
const isMetric = (line: string): boolean => line.includes('"_aws":{');

/** A terminal and npm both send Ctrl-C's signal, so a second one soon after the first is no second wish. */
const INSISTS_AFTER_MS = 2_000;

/** Resolves when somebody ends the run; whoever insists later gets it at once. */
function endOfRun(): Promise<void> {
  let first: number | undefined;
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        first ??= Date.now();
        if (Date.now() - first > INSISTS_AFTER_MS) process.exit(130);
        resolve();
      });
    }
  });
}

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2));
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  // Whoever reads our output may leave before we do; that is no reason to leave files behind.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const say = (text: string): boolean => (flags.json ? process.stderr : process.stdout).write(`${text}\n`);
  // A script's run is as it was started, unless it says otherwise.
  const watch = flags.watch ?? !flags.json;
  let notRun: readonly string[] = [];
  const ending = new AbortController();
  const ended = endOfRun();
  void ended.then(() => {
    ending.abort();
  });
  const run = await startLocal({
    ports: {
      gateway: portOf(flags['gateway-port'], 'gateway-port'),
      http: portOf(flags['http-port'], 'http-port'),
      page: portOf(flags['page-port'], 'page-port'),
      genesys: portOf(flags['genesys-port'], 'genesys-port'),
    },
    ticketKeyFile,
    tell: say,
    onNotRun: (lines) => {
      // A person is told after the addresses; a script may count what comes once all is up.
      if (flags.json) say(notes(lines));
      else notRun = lines;
    },
    onLog: ({ functionName, line }) => {
      if (!isMetric(line)) say(`${functionName}  ${line}`);
    },
    signal: ending.signal,
    watch,
    allowedHosts: flags['allow-host'] ?? [],
    environments: environmentsOf(flags.environments),
    quiet: flags.quiet,
    ...(flags.freeze && { startRuntime: startFreezingRuntime }),
  }).catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  if (run && !ending.signal.aborted) {
    const { gateway, http, page, genesys, aws, ticketKeyFile } = run;
    process.stdout.write(
      flags.json
        ? `${JSON.stringify({ gateway, http, page, genesys, aws, ticketKeyFile })}\n`
        : welcome(run, notRun, watch),
    );
    if (!flags.json && flags.open && process.stdout.isTTY) openBrowser(page);
    await ended;
  }
  await run?.close();
  say('Ended.');
}

// Lambda's clock is UTC, and threads have the time zone of their process.
process.env['TZ'] = 'UTC';

try {
  await main();
} catch (error) {
  const known = [UsageError, SynthesisError, TemplateError, PortError].some((kind) => error instanceof kind);
  process.stderr.write(`${known && error instanceof Error ? error.message : inspect(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
