import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { TICKET_LIFE_S } from '../functions/relay/constants.ts';
import { tryJson } from '../functions/ports/http.ts';
import { sealTicket } from '../functions/relay/ticket.ts';
import { type TicketKeys, ticketKeys } from '../functions/relay/ticket-keys.ts';
import { SessionError } from '../functions/relay/upstream.ts';
import { openSession, UPSTREAM_KINDS } from '../functions/upstreams/index.ts';
import { readStackSecret } from './stack-secret.ts';
import { runCommand, UsageError } from './command.ts';

const HELP = `Prints a ticket that opens one connection to the relay.

  npm run --silent ticket -- --upstream web-messaging --deployment ID --guest-token TOKEN
  npm run --silent ticket -- --upstream open-messaging --integration ID --user ID
  npm run --silent ticket -- --upstream agent-communication --conversation ID --communication ID
  npm run --silent ticket -- --upstream typing-frame --socket-url wss://…
  npm run --silent ticket -- --upstream participant-state --conversation ID --participant ID

  --upstream KIND       ${UPSTREAM_KINDS.join(', ')}

  web-messaging
  --deployment ID       the web messaging deployment
  --guest-token TOKEN   the token that the guest's own client configured its session with

  open-messaging
  --integration ID      the open messaging integration
  --user ID             the guest, as your backend names it to the integration
  --id-type TYPE        Email, Phone or Opaque (the default)
  --nickname NAME       the guest's name for the agent

  agent-communication
  --conversation ID     the conversation
  --communication ID    messages[].id of the participant with purpose "agent"
  --user-token TOKEN    act with the agent's own access token instead of the service account's

  typing-frame
  --socket-url URL      the socket URL of the guest's connection object

  participant-state
  --conversation ID     the conversation
  --participant ID      the guest's participant in it
  --guest-token TOKEN   act as the guest instead of the service account

  any upstream, one of your own included
  --session JSON        the whole session, {"kind":"…",…}, in place of --upstream and its flags; @FILE reads it from a
                        file, which keeps tokens out of the list of processes

  --stack NAME          take the key from this stack's secret (default typing-relay; AWS credentials as for the AWS CLI)
  --key-file FILE       take the key from a file instead, such as the one that npm start writes
  --subject NAME        whom the ticket is for (default guest)
  --seconds N           how long it may wait to be used, at most ${TICKET_LIFE_S} (the default)
  --help                this text
`;

const sessionOptions = {
  'socket-url': { type: 'string' },
  conversation: { type: 'string' },
  participant: { type: 'string' },
  communication: { type: 'string' },
  deployment: { type: 'string' },
  integration: { type: 'string' },
  user: { type: 'string' },
  'id-type': { type: 'string' },
  nickname: { type: 'string' },
  'guest-token': { type: 'string' },
  'user-token': { type: 'string' },
} as const;
type SessionFlag = keyof typeof sessionOptions;

const options = {
  ...sessionOptions,
  upstream: { type: 'string' },
  session: { type: 'string' },
  stack: { type: 'string', default: 'typing-relay' },
  'key-file': { type: 'string' },
  subject: { type: 'string', default: 'guest' },
  seconds: { type: 'string', default: String(TICKET_LIFE_S) },
  help: { type: 'boolean', default: false },
} as const;

/** The fields of each upstream's session, and the flag that each comes from. */
const FIELDS: ReadonlyMap<string, readonly [field: string, flag: SessionFlag][]> = new Map([
  [
    'web-messaging',
    [
      ['deploymentId', 'deployment'],
      ['token', 'guest-token'],
    ],
  ],
  [
    'open-messaging',
    [
      ['integrationId', 'integration'],
      ['userId', 'user'],
      ['idType', 'id-type'],
      ['nickname', 'nickname'],
    ],
  ],
  [
    'agent-communication',
    [
      ['conversationId', 'conversation'],
      ['communicationId', 'communication'],
      ['userToken', 'user-token'],
    ],
  ],
  ['typing-frame', [['socketUrl', 'socket-url']]],
  [
    'participant-state',
    [
      ['conversationId', 'conversation'],
      ['participantId', 'participant'],
      ['guestToken', 'guest-token'],
    ],
  ],
]);
const FIELD_FLAGS = [...FIELDS.values()].flatMap((pairs) => pairs.map(([, flag]) => flag));

function readFlags(args: string[]) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'wrong flags');
  }
}
type Flags = ReturnType<typeof readFlags>;

/** The session that the flags mean, checked by its own upstream; the stack checks the host. */
async function sessionOf(flags: Flags): Promise<{ kind: string }> {
  const session = flags.session === undefined ? fieldsOf(flags) : await readSession(flags.session, flags);
  try {
    openSession(session, () => true);
  } catch (error) {
    if (error instanceof SessionError) throw new UsageError(`${error.message}. See --help for the flags.`);
    throw error;
  }
  return session;
}

/** The session of the upstream whose flags are given. */
function fieldsOf(flags: Flags): { kind: string } {
  const { upstream: kind } = flags;
  if (kind === undefined)
    throw new UsageError(`--upstream is missing: ${UPSTREAM_KINDS.join(', ')}; or give --session`);
  const fields = FIELDS.get(kind);
  const mine = fields?.map(([, flag]) => flag);
  const strange = FIELD_FLAGS.find((flag) => flags[flag] !== undefined && mine?.includes(flag) === false);
  if (strange !== undefined)
    throw new UsageError(`--${strange} is no flag of ${kind}. See --help for the flags.`);
  const values = fields?.map(([field, flag]): [string, string | undefined] => [field, flags[flag]]);
  return { kind, ...Object.fromEntries(values ?? []) };
}

const anySession = z.looseObject({ kind: z.string() });

/** The session that stands as JSON in `--session` itself, or in the file that it names. */
async function readSession(given: string, flags: Flags): Promise<{ kind: string }> {
  const other = (['upstream', ...FIELD_FLAGS] as const).find((flag) => flags[flag] !== undefined);
  if (other !== undefined) throw new UsageError(`--session is the whole session: leave --${other} out.`);
  const text = given.startsWith('@') ? await readText(given.slice(1), '--session') : given;
  const parsed = anySession.safeParse(tryJson(text));
  if (parsed.success) return parsed.data;
  throw new UsageError(
    '--session takes a JSON object with a "kind", or @ and the name of a file that holds one.',
  );
}

async function keysOf(flags: Flags): Promise<TicketKeys> {
  const file = flags['key-file'];
  const text =
    file === undefined
      ? await readStackSecret(flags.stack, 'TicketKeySecretName')
      : await readText(file, '--key-file');
  const parsed = ticketKeys.safeParse(tryJson(text));
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `${file ?? `The secret of ${flags.stack}`} holds no ticket key: {"kid":"1","key":"<64 hex digits>"}`,
  );
}

async function readText(file: string, flag: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`Cannot read ${flag} ${file}: ${error instanceof Error ? error.message : ''}`);
  });
}

async function main(args: string[]): Promise<string> {
  const flags = readFlags(args);
  if (flags.help) return HELP;
  const seconds = Number(flags.seconds);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > TICKET_LIFE_S) {
    throw new UsageError(`--seconds takes a whole number from 1 to ${TICKET_LIFE_S}`);
  }
  const upstream = await sessionOf(flags);
  const iat = Math.floor(Date.now() / 1000);
  const claims = { sub: flags.subject, iat, exp: iat + seconds, jti: randomUUID(), upstream };
  return `${await sealTicket(await keysOf(flags), claims)}\n`;
}

await runCommand(main);
