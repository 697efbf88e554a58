import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { demoIds } from './genesys/state.ts';
import { type LocalRun, startLocal } from './run.ts';

const GATEWAY_PORT = 4001;

const HELP = `Runs the whole relay on this machine: the synthesised stack, its functions, a table, and a simulated Genesys org.

  npm start                      then open the page that it names
  npm start -- --json            for scripts: no browser, one line of JSON on standard output once all is up

  --gateway-port N   the WebSocket API (default ${GATEWAY_PORT}); a taken port is replaced by a free one
  --page-port N      the page (default 4000)
  --genesys-port N   the simulated org (default 4002)
  --no-open          do not open a browser
  --json             print {"gateway","page","genesys","ticketKeyFile"}; everything else goes to standard error
  --help             this text

Ctrl-C ends everything.
`;

const options = {
  'gateway-port': { type: 'string', default: String(GATEWAY_PORT) },
  'page-port': { type: 'string', default: '4000' },
  'genesys-port': { type: 'string', default: '4002' },
  'no-open': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Something that the caller of the command can put right. */
class UsageError extends Error {}

function readFlags(args: string[]) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : 'Wrong flags'}. See --help.`);
  }
}

function portOf(text: string, flag: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--${flag} takes a port from 0 (any free one) to 65535, not ${JSON.stringify(text)}`);
}

/** Each run has its own file: the usual one by the usual name. */
const ticketKeyFile = (port: number): string =>
  fileURLToPath(
    new URL(`../.local/ticket-key${port === GATEWAY_PORT ? '' : `-${port}`}.json`, import.meta.url),
  );

function welcome({ gateway, page, genesys, ticketKeyFile: file }: LocalRun): string {
  return `
  Page      ${page}
  Gateway   ${gateway}
  Genesys   ${genesys} (simulated)

  Type as the demo guest, from another terminal:

  TICKET=$(npm run --silent ticket -- --key-file ${file} --upstream participant-state \\
    --conversation ${demoIds.conversationId} --participant ${demoIds.customer.id})
  npx wscat -c "${gateway}?ticket=$TICKET" -w 2 -x '{"type":"typing","data":{"isTyping":true},"id":"1"}'

  Ctrl-C ends everything. Log lines of the functions follow.
`;
}

function openBrowser(url: string): void {
  const openers: Record<string, string> = { darwin: 'open', win32: 'explorer' };
  const child = spawn(openers[process.platform] ?? 'xdg-open', [url], { stdio: 'ignore', detached: true });
  // No browser on this machine: the page's address stands in the terminal.
  child.on('error', () => undefined);
  child.unref();
}

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2));
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  const say = (text: string): boolean => (flags.json ? process.stderr : process.stdout).write(`${text}\n`);
  const ending = new AbortController();
  const ended = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  void ended.then(() => {
    ending.abort();
  });
  const run = await startLocal({
    ports: {
      gateway: portOf(flags['gateway-port'], 'gateway-port'),
      page: portOf(flags['page-port'], 'page-port'),
      genesys: portOf(flags['genesys-port'], 'genesys-port'),
    },
    ticketKeyFile,
    tell: say,
    onLog: ({ functionName, line }) => say(`${functionName}  ${line}`),
    signal: ending.signal,
  }).catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  if (run && !ending.signal.aborted) {
    const { gateway, page, genesys, ticketKeyFile } = run;
    process.stdout.write(
      flags.json ? `${JSON.stringify({ gateway, page, genesys, ticketKeyFile })}\n` : welcome(run),
    );
    if (!flags.json && !flags['no-open'] && process.stdout.isTTY) openBrowser(page);
    await ended;
  }
  await run?.close();
  say('Ended.');
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'Failed.'}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
