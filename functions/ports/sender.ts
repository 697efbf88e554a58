import { setTimeout as delay } from 'node:timers/promises';
import { UPSTREAM_DEADLINE_MS, WARM_UP_MS } from '../relay/constants.ts';
import { describe } from '../relay/errors.ts';
import { makeFloodGuard } from '../relay/flood.ts';
import { makeHostRule } from '../relay/hosts.ts';
import type { RelayPorts } from '../relay/relay.ts';
import { ticketKeys } from '../relay/ticket-keys.ts';
import { DYNAMODB, endpointOf, makeAws, SECRETS_MANAGER, SQS } from './aws.ts';
import { readEnvironment, senderEnvironment } from './environment.ts';
import { makeGenesysApi } from './genesys-api.ts';
import { makeHttp } from './http.ts';
import { makeFrameLog } from './frame-log.ts';
import { log } from './log.ts';
import { makeLogin, oauthClient } from './login.ts';
import { makeOrgToken } from './org-token.ts';
import { makeQueue } from './queue.ts';
import { rehearse, rehearseSocket } from './rehearsal.ts';
import { makeSecret } from './secrets.ts';
import { makeSessions } from './sessions.ts';
import { makeSockets } from './sockets.ts';
import { openTell } from './tell.ts';
import { makeTokenTable } from './token-table.ts';
import { makeTypingTable } from './typing-table.ts';
import { makeUpstreamPort } from './upstream.ts';
import { makeWebMessaging } from './web-messaging.ts';

/**
 * The outside world of a function that sends upstream, wired from its environment. What the first message would wait
 * for begins here, in INIT, where Lambda gives the full CPU: the keys, the login, the connection to the API.
 * @throws Error when the environment is incomplete
 */
export async function openSender(): Promise<RelayPorts> {
  const environment = readEnvironment(senderEnvironment);
  const http = makeHttp();
  const now = Date.now;
  const wait = (ms: number): Promise<void> => delay(ms);
  const secrets = makeAws(SECRETS_MANAGER, http, process.env);
  const keys = makeSecret(secrets, environment.TICKET_KEY_SECRET, ticketKeys, now);
  const client = makeSecret(secrets, environment.GENESYS_CLIENT_SECRET, oauthClient, now);
  const table = makeAws(DYNAMODB, http, process.env);
  const loginUrl = environment.GENESYS_LOGIN_URL;
  const token = makeOrgToken({
    store: makeTokenTable(table, environment.TABLE_NAME, keys),
    credentials: client,
    login: makeLogin({ loginUrl, http, now }),
    loginUrl,
    now,
    wait,
    warn: log.warn,
  });
  const api = makeGenesysApi({ apiUrl: environment.GENESYS_API_URL, token, http, now });
  const deadline = now() + UPSTREAM_DEADLINE_MS;
  await within(WARM_UP_MS, {
    keys: keys.get(),
    api: api.warmUp(deadline),
    // Whatever it answers: the first watch finds a connection. The others' are made by what is asked of them.
    queue: http({ method: 'GET', url: endpointOf(SQS, process.env).href, headers: {}, deadline }),
    rehearsal: rehearse(),
    socket: rehearseSocket(),
  });
  return {
    upstream: makeUpstreamPort({
      api,
      sockets: makeSockets(now),
      webMessaging: makeWebMessaging({
        url: environment.WEB_MESSAGING_URL,
        origin: environment.WEB_MESSAGING_ORIGIN,
        keep: environment.WEB_MESSAGING_KEEP,
        now,
      }),
    }),
    openSession: makeSessions(keys, makeHostRule(environment.ALLOWED_HOSTS)),
    store: makeTypingTable(table, environment.TABLE_NAME),
    countFrame: makeFloodGuard({ frames: makeFrameLog(table, environment.TABLE_NAME), warn: log.warn }),
    tell: openTell(),
    watchLater: makeQueue(makeAws(SQS, http, process.env), environment.WATCH_QUEUE_URL),
    now,
    wait,
    warn: log.warn,
  };
}

/** Waits for all of `work`, but not for longer than `ms`. What fails is logged: the first message does without it. */
async function within(ms: number, work: Record<string, Promise<unknown>>): Promise<void> {
  const told = Object.entries(work).map(([part, done]) =>
    done.catch((error: unknown) => {
      log.warn('warm_up_failed', { part, cause: describe(error) });
    }),
  );
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([Promise.all(told), over]);
  clearTimeout(timer);
}
