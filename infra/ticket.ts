import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { TICKET_LIFE_S } from '../functions/relay/constants.ts';
import { tryJson } from '../functions/ports/http.ts';
import { sealTicket, type TicketKeys, ticketKeys } from '../functions/relay/ticket.ts';
import { SessionError } from '../functions/relay/upstream.ts';
import { openSession, UPSTREAM_KINDS } from '../functions/upstreams/index.ts';
import { readStackSecret } from './stack-secret.ts';

const HELP = `Prints a ticket that opens one connection to the relay.

  npm run --silent ticket -- --upstream typing-frame --socket-url wss://…
  npm run --silent ticket -- --upstream participant-state --conversation ID --participant ID

  --upstream KIND       ${UPSTREAM_KINDS.join(' or ')}
  --socket-url URL      typing-frame: the socket URL of the guest's connection object
  --conversation ID     participant-state: the conversation
  --participant ID      participant-state: the guest's participant in it
  --guest-token TOKEN   participant-state: act as the guest instead of the service account
  --stack NAME          take the key from this stack's secret (default typing-relay; AWS credentials as for the AWS CLI)
  --key-file FILE       take the key from a file instead, such as the one that npm start writes
  --subject NAME        whom the ticket is for (default guest)
  --seconds N           how long it may wait to be used, at most ${TICKET_LIFE_S} (the default)
  --help                this text
`;

/** Something that the caller of the command can put right. */
class UsageError extends Error {}

const options = {
  upstream: { type: 'string' },
  'socket-url': { type: 'string' },
  conversation: { type: 'string' },
  participant: { type: 'string' },
  'guest-token': { type: 'string' },
  stack: { type: 'string', default: 'typing-relay' },
  'key-file': { type: 'string' },
  subject: { type: 'string', default: 'guest' },
  seconds: { type: 'string', default: String(TICKET_LIFE_S) },
  help: { type: 'boolean', default: false },
} as const;

function readFlags(args: string[]) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'wrong flags');
  }
}
type Flags = ReturnType<typeof readFlags>;

/** The session that the flags mean, checked by its own upstream; the stack checks the host. */
function sessionOf(flags: Flags): { kind: string } {
  if (flags.upstream === undefined)
    throw new UsageError(`--upstream is missing: ${UPSTREAM_KINDS.join(' or ')}`);
  const session = {
    kind: flags.upstream,
    socketUrl: flags['socket-url'],
    conversationId: flags.conversation,
    participantId: flags.participant,
    guestToken: flags['guest-token'],
  };
  try {
    openSession(session, () => true);
  } catch (error) {
    if (error instanceof SessionError) throw new UsageError(`${error.message}. See --help for the flags.`);
    throw error;
  }
  return session;
}

async function keysOf(flags: Flags): Promise<TicketKeys> {
  const file = flags['key-file'];
  const text =
    file === undefined ? await readStackSecret(flags.stack, 'TicketKeySecretName') : await readKeyFile(file);
  const parsed = ticketKeys.safeParse(tryJson(text));
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `${file ?? `The secret of ${flags.stack}`} holds no ticket key: {"kid":"1","key":"<64 hex digits>"}`,
  );
}

async function readKeyFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`Cannot read --key-file ${file}: ${error instanceof Error ? error.message : ''}`);
  });
}

async function main(args: string[]): Promise<string> {
  const flags = readFlags(args);
  if (flags.help) return HELP;
  const seconds = Number(flags.seconds);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > TICKET_LIFE_S) {
    throw new UsageError(`--seconds takes a whole number from 1 to ${TICKET_LIFE_S}`);
  }
  const upstream = sessionOf(flags);
  const iat = Math.floor(Date.now() / 1000);
  const claims = { sub: flags.subject, iat, exp: iat + seconds, jti: randomUUID(), upstream };
  return `${await sealTicket(await keysOf(flags), claims)}\n`;
}

try {
  process.stdout.write(await main(process.argv.slice(2)));
} catch (error) {
  const text = error instanceof Error ? error.message : 'failed';
  process.stderr.write(`${text}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
