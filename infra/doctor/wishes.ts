import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { tryJson } from '../../functions/ports/http.ts';
import { type OAuthClient, oauthClient } from '../../functions/ports/login.ts';
import { isOrigin, ORIGIN_RULE, SENT_ORIGIN, SENT_ORIGIN_RULE } from '../origins.ts';
import { type Target, targetOf, UsageError } from './target.ts';

/** What somebody wants to know: the org, who asks, and the ids of what typing is to be shown in. */
export interface Wishes {
  target: Target;
  client: OAuthClient | undefined;
  /** An agent's own access token. */
  userToken: string | undefined;
  guestToken: string | undefined;
  /** The thread's guest socket; it holds a secret. */
  socketUrl: string | undefined;
  deploymentId: string | undefined;
  /** The Origin of web messaging's socket; the bare host of the socket without it. */
  origin: string | undefined;
  integrationId: string | undefined;
  openUserId: string | undefined;
  conversationId: string | undefined;
  participantId: string | undefined;
  communicationId: string | undefined;
  send: boolean;
}

export const HELP = `Checks a Genesys Cloud org from this machine, with no deployment: which of the
five upstreams would work, and why the others would not. It changes nothing,
unless told to with --send.

  npm run doctor -- --domain mypurecloud.ie --deployment ID
  npm run --silent doctor -- --json > report.json

The org and the OAuth client (client credentials):
  --domain DOMAIN          the domain of the org's region (default:
                           genesysDomain of cdk.json); a wrong one lists all
  --origin-url URL         call this origin instead of the region's hosts, such
                           as a simulated org on this machine
  --client-file FILE       {"clientId":"…","clientSecret":"…"}; or the variables
                           GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET

web-messaging:
  --deployment ID          the Messenger deployment
  --origin ORIGIN          the Origin to connect with, where the deployment
                           takes only some domains
  --guest-token-file FILE  the guest's token, which --send needs;
                           or GENESYS_GUEST_TOKEN

open-messaging:
  --integration ID         the open messaging integration
  --open-user ID           the user's id there, which --send needs

agent-communication and participant-state:
  --conversation ID        a conversation that goes on; tells who is in it
  --communication ID       for agent-communication: messages[].id of the agent's
                           participant
  --user-token-file FILE   the agent's own access token; or GENESYS_USER_TOKEN
  --participant ID         for participant-state: the guest's participant.
                           Without an OAuth client, the guest's token is used

typing-frame:
  --socket-url URL         the guest's socket of the thread. It holds a secret:
                           better GENESYS_SOCKET_URL

  --send                   really show a bubble for 5 seconds, with each
                           upstream in whose way nothing is and whose ids are
                           given. It may begin a session or a conversation where
                           the token or the user has none
  --json                   a report for machines (docs/troubleshooting.md)
  --help                   this text

Exit status: 0 when at least one upstream would work, 1 when none is known to,
2 for wrong flags, 130 after Ctrl-C, which ends what is shown.
`;

const options = {
  domain: { type: 'string' },
  'origin-url': { type: 'string' },
  'client-file': { type: 'string' },
  deployment: { type: 'string' },
  origin: { type: 'string' },
  'guest-token-file': { type: 'string' },
  integration: { type: 'string' },
  'open-user': { type: 'string' },
  conversation: { type: 'string' },
  communication: { type: 'string' },
  'user-token-file': { type: 'string' },
  participant: { type: 'string' },
  'socket-url': { type: 'string' },
  send: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

export type Flags = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

/** @throws UsageError that never repeats a value which may be a secret */
export function readFlags(args: string[]): Flags {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    if (positionals.length > 0) throw new Error('Only flags are taken');
    return values;
  } catch (error) {
    const words = error instanceof Error ? error.message.split('. ')[0] : 'Wrong flags';
    throw new UsageError(`${words}. See --help.`);
  }
}
type Environment = Record<string, string | undefined>;

/**
 * What the flags and the environment mean.
 * @param cdkDomain what the deployment's settings name
 * @throws UsageError
 */
export async function readWishes(
  flags: Flags,
  env: Environment,
  cdkDomain: string | undefined,
): Promise<Wishes> {
  const domain = flags.domain ?? cdkDomain;
  if (domain === undefined) throw new UsageError('--domain is missing, and cdk.json has no genesysDomain');
  const socketUrl = flags['socket-url'] ?? filled(env['GENESYS_SOCKET_URL']);
  // Its value stays out of the message: there is a token in it.
  if (socketUrl !== undefined && !/^wss?:$/.test(URL.canParse(socketUrl) ? new URL(socketUrl).protocol : ''))
    throw new UsageError('--socket-url takes a URL that begins with wss://');
  return {
    target: targetOf(domain, checked(flags['origin-url'], '--origin-url', isOrigin, ORIGIN_RULE)),
    client: await clientOf(flags['client-file'], env),
    userToken: await tokenOf(flags['user-token-file'], '--user-token-file', env['GENESYS_USER_TOKEN']),
    guestToken: await tokenOf(flags['guest-token-file'], '--guest-token-file', env['GENESYS_GUEST_TOKEN']),
    socketUrl,
    deploymentId: idOf(flags.deployment, '--deployment'),
    origin: checked(flags.origin, '--origin', (text) => SENT_ORIGIN.test(text), SENT_ORIGIN_RULE),
    integrationId: idOf(flags.integration, '--integration'),
    openUserId: checked(
      flags['open-user'],
      '--open-user',
      (text) => /^.{1,256}$/.test(text),
      '1 to 256 characters',
    ),
    conversationId: idOf(flags.conversation, '--conversation'),
    participantId: idOf(flags.participant, '--participant'),
    communicationId: idOf(flags.communication, '--communication'),
    send: flags.send,
  };
}

/** An empty variable is none: shells and CI systems have no other way to take one away. */
const filled = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function checked<T extends string | undefined>(
  text: T,
  flag: string,
  allows: (text: string) => boolean,
  rule: string,
): T {
  if (text === undefined || allows(text)) return text;
  throw new UsageError(`${flag} takes ${rule}, not ${JSON.stringify(text)}`);
}

/** As the upstreams take them: they go into a path. */
const idOf = (text: string | undefined, flag: string): string | undefined =>
  checked(text, flag, (id) => /^[\w-]{1,64}$/.test(id), 'an id of letters, digits and hyphens');

async function read(file: string, flag: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`Cannot read ${flag} ${file}: ${error instanceof Error ? error.message : ''}`);
  });
}

async function tokenOf(
  file: string | undefined,
  flag: string,
  variable: string | undefined,
): Promise<string | undefined> {
  const token = file === undefined ? filled(variable) : (await read(file, flag)).trim();
  if (token === undefined || /^[\x21-\x7e]{1,2048}$/.test(token)) return token;
  throw new UsageError(
    `${flag}, or its variable: a token is one line of at most 2048 characters, without spaces`,
  );
}

async function clientOf(file: string | undefined, env: Environment): Promise<OAuthClient | undefined> {
  if (file !== undefined) {
    const parsed = z.safeParse(oauthClient, tryJson(await read(file, '--client-file')));
    if (parsed.success) return parsed.data;
    throw new UsageError(`--client-file ${file} is not {"clientId":"…","clientSecret":"…"}`);
  }
  const clientId = filled(env['GENESYS_CLIENT_ID']);
  const clientSecret = filled(env['GENESYS_CLIENT_SECRET']);
  if (clientId === undefined && clientSecret === undefined) return undefined;
  if (clientId === undefined)
    throw new UsageError('GENESYS_CLIENT_ID is missing beside GENESYS_CLIENT_SECRET');
  if (clientSecret === undefined)
    throw new UsageError('GENESYS_CLIENT_SECRET is missing beside GENESYS_CLIENT_ID');
  return { clientId, clientSecret };
}
