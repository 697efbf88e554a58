import { parseArgs } from 'node:util';
import type * as z from 'zod/mini';
import { tryJson } from '../../functions/ports/http.ts';
import { webhookSecrets } from '../../functions/relay/agent-typing.ts';
import { CONNECTION_LIFE_S, TICKET_LIFE_S } from '../../functions/relay/constants.ts';
import { ticketKeys } from '../../functions/relay/ticket-keys.ts';
import { findStackSecret, readSecret, writeSecret } from '../stack-secret.ts';
import { runCommand, UsageError } from '../command.ts';
import { readOAuthClient } from './input.ts';
import { ticketKeyRotation, webhookSecretRotation } from './rotation.ts';

/** Environments hold a secret for five minutes (functions/ports/secrets.ts). */
const HELD_S = 300;

const HELP = `Writes the secrets of a deployed stack, and shows none of them.

  npm run secrets -- oauth-client
      Reads the client id and the client secret of a Genesys Cloud OAuth
      client, and writes them. On a terminal it asks for both and shows
      nothing; otherwise it reads {"clientId":"…","clientSecret":"…"} from
      standard input.

  npm run secrets -- rotate-ticket-key
      Makes a new key, with which backends shall seal their tickets. Tickets
      of the old one open as before, until
  npm run secrets -- rotate-ticket-key --finish
      takes the old key away.

  npm run secrets -- rotate-webhook-secret
  npm run secrets -- rotate-webhook-secret --finish
      The same for the secret that an open messaging integration signs with.

Run one at a time: of two operators who write a secret at the same moment, the
later one overwrites the earlier.

  --stack NAME      the stack (default typing-relay; AWS credentials as for the AWS CLI)
  --secret-id NAME  the secret itself, by name or ARN, instead of its stack
  --help            this text
`;

const options = {
  stack: { type: 'string', default: 'typing-relay' },
  'secret-id': { type: 'string' },
  finish: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function readFlags(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'wrong flags');
  }
}
type Flags = ReturnType<typeof readFlags>['values'];

const secretOf = async (output: string, { stack, 'secret-id': secret }: Flags): Promise<string> =>
  secret ?? (await findStackSecret(stack, output));

async function writeOAuthClient(flags: Flags): Promise<string> {
  if (flags.finish) throw new UsageError('--finish goes with a rotation, not with oauth-client');
  const id = await secretOf('GenesysClientSecretName', flags);
  const client = await readOAuthClient({
    input: process.stdin,
    ask: (text) => process.stderr.write(text),
  });
  await writeSecret(id, JSON.stringify(client));
  return `Written to ${id}. Functions that hold the old one take this within five minutes, or when Genesys refuses it.
Whether Genesys takes it: npm run doctor -- --help
`;
}

/** Both steps of a rotation: the first unless --finish is there. */
async function rotate<T>(
  { output, schema, begin, finish }: Rotated<T>,
  flags: Flags,
): Promise<{ id: string; value: T }> {
  const id = await secretOf(output, flags);
  const live = schema.safeParse(tryJson(await readSecret(id)));
  if (!live.success)
    throw new Error(`The secret ${id} does not hold what it should, so it was left as it is.`);
  const value = flags.finish ? finish(live.data) : begin(live.data);
  await writeSecret(id, JSON.stringify(value));
  return { id, value };
}

interface Rotated<T> {
  /** The stack's output that names the secret. */
  output: string;
  schema: z.ZodMiniType<T>;
  begin: (live: T) => T;
  finish: (live: T) => T;
}

async function rotateTicketKey(flags: Flags): Promise<string> {
  const { id, value } = await rotate(
    { output: 'TicketKeySecretName', schema: ticketKeys, ...ticketKeyRotation },
    flags,
  );
  const { kid, previous } = value;
  if (!previous)
    return `Key ${kid} is the only one. Tickets of the old key open no more, within five minutes.\n`;
  const earliest = new Date(Date.now() + (CONNECTION_LIFE_S + HELD_S) * 1000).toISOString().slice(0, 16);
  return `Key ${kid} is current, and ${previous.kid} still opens tickets. What to do now:
1. Give each backend the new key: kid and key of the secret ${id}.
2. Wait until ${TICKET_LIFE_S / 60} minutes after the last backend has it, for the tickets that are under way, and until
   ${earliest}Z, for the connections that are open: each holds its session under the old key for two hours at most.
3. npm run secrets -- rotate-ticket-key --finish
If the old key was stolen, finish as soon as the backends have the new one. Guests who are connected lose their
typing until they connect again with a new ticket, and a bubble of typing-frame or participant-state that shows
then stays: until that guest has connected again, typed, and then stopped or left, or the conversation ends. What
would have ended it becomes a dead letter that opens with no key: empty that queue, and do not send it again.
`;
}

async function rotateWebhookSecret(flags: Flags): Promise<string> {
  const { id, value } = await rotate(
    { output: 'WebhookSecretName', schema: webhookSecrets, ...webhookSecretRotation },
    flags,
  );
  if (value.previous === undefined)
    return 'The new secret is the only one. What the old one signed is refused, within five minutes.\n';
  return `A new secret is there, and what the old one signs is still taken. What to do now:
1. Give each open messaging integration the new one: "secret" of the secret ${id}.
2. npm run secrets -- rotate-webhook-secret --finish
`;
}

const COMMANDS: ReadonlyMap<string, (flags: Flags) => Promise<string>> = new Map([
  ['oauth-client', writeOAuthClient],
  ['rotate-ticket-key', rotateTicketKey],
  ['rotate-webhook-secret', rotateWebhookSecret],
]);

async function main(args: string[]): Promise<string> {
  const { values, positionals } = readFlags(args);
  if (values.help) return HELP;
  const [name = '', ...others] = positionals;
  const command = COMMANDS.get(name);
  // What was given stays out of the message: it may be a secret that belongs on standard input.
  if (!command || others.length > 0)
    throw new UsageError(`Give one command: ${[...COMMANDS.keys()].join(', ')}. See --help.`);
  return command(values);
}

await runCommand(main);
