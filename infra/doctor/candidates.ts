import type { CheckName } from './findings.ts';
import type { Wishes } from './wishes.ts';

/** One of the relay's upstreams, as it would be used with what was given. */
export interface Candidate {
  kind: string;
  /** Whose typing it shows. */
  shows: 'guests' | 'agents';
  evidence: 'published' | 'claimed';
  /** Flags that are missing to say anything. */
  missing: string[];
  /** What has to be right, in the order in which it is told. */
  checks: CheckName[];
  /** Flags that are missing to send. */
  missingToSend: string[];
  /** The session of a ticket for it; undefined where its ids are not all there. */
  session: { kind: string } | undefined;
  /** Why nobody can tell without sending, however right the rest is. */
  unproven: string | undefined;
  /** What stays open although the rest is right. */
  notChecked: string | undefined;
  /** What is to be seen, and where. */
  sight: { where: string; what: string };
}

const CLIENT_FLAGS = 'an OAuth client (--client-file)';
const AT_AGENT = { where: "the agent's desktop", what: 'the guest types' };

const names = (wanted: [unknown, string][]): string[] =>
  wanted.filter(([value]) => value === undefined).map(([, name]) => name);

/** In the order in which they are recommended: published ones first. */
export const candidatesOf = (wishes: Wishes): Candidate[] =>
  [webMessaging, openMessaging, agentCommunication, typingFrame, participantState].map((make) =>
    make(wishes),
  );

function webMessaging({ deploymentId, guestToken: token }: Wishes): Candidate {
  const kind = 'web-messaging';
  const missing = names([[deploymentId, '--deployment']]);
  const missingToSend = names([[token, '--guest-token-file']]);
  return {
    kind,
    shows: 'guests',
    evidence: 'published',
    missing,
    missingToSend,
    checks: [
      'host.webmessaging',
      'deployment',
      'deployment.user-typing',
      'deployment.domains',
      'deployment.socket',
    ],
    session: [...missing, ...missingToSend].length > 0 ? undefined : session({ kind, deploymentId, token }),
    unproven: undefined,
    notChecked:
      "whether the guest's token names a live session; asking with a wrong one would begin a new session",
    sight: AT_AGENT,
  };
}

/** A plain copy: what a ticket would hold. */
const session = (fields: { kind: string } & Record<string, unknown>): { kind: string } => fields;

function openMessaging({ client, integrationId, openUserId: userId }: Wishes): Candidate {
  const kind = 'open-messaging';
  const missing = names([
    [client, CLIENT_FLAGS],
    [integrationId, '--integration'],
  ]);
  const missingToSend = names([[userId, '--open-user']]);
  return {
    kind,
    shows: 'guests',
    evidence: 'published',
    missing,
    missingToSend,
    checks: ['host.api', 'host.login', 'login', 'token', 'integration', 'integration.inbound'],
    session: [...missing, ...missingToSend].length > 0 ? undefined : session({ kind, integrationId, userId }),
    unproven: undefined,
    notChecked: 'the permission conversation:message:receive of the OAuth client',
    sight: AT_AGENT,
  };
}

function agentCommunication(wishes: Wishes): Candidate {
  const { client, userToken, conversationId, communicationId } = wishes;
  const kind = 'agent-communication';
  const missing = names([
    [client ?? userToken, `the agent's token (--user-token-file) or ${CLIENT_FLAGS}`],
    [conversationId, '--conversation'],
    [communicationId, '--communication'],
  ]);
  const login: CheckName[] = client === undefined ? [] : ['host.login', 'login', 'token'];
  return {
    kind,
    shows: 'agents',
    evidence: 'published',
    missing,
    missingToSend: [],
    checks: ['host.api', ...login, 'conversation', 'conversation.communication'],
    session:
      missing.length > 0
        ? undefined
        : session({ kind, conversationId, communicationId, ...(userToken !== undefined && { userToken }) }),
    unproven:
      userToken === undefined
        ? 'The ids are right, but whether Genesys takes client credentials for this call is not published. Give the ' +
          "agent's own token (GENESYS_USER_TOKEN), or try it with --send."
        : undefined,
    notChecked: `the permission conversation:message:create of the ${userToken === undefined ? 'OAuth client' : 'agent'}`,
    sight: { where: "the guest's window", what: 'the agent types' },
  };
}

function typingFrame({ socketUrl }: Wishes): Candidate {
  const kind = 'typing-frame';
  const missing = names([[socketUrl, '--socket-url']]);
  return {
    kind,
    shows: 'guests',
    evidence: 'claimed',
    missing,
    missingToSend: [],
    checks: ['socket'],
    session: missing.length > 0 ? undefined : session({ kind, socketUrl }),
    unproven:
      "The socket opens, but the thread's frame is in no published API and nothing answers it. Try it with --send, and " +
      'look whether the bubble shows.',
    notChecked: undefined,
    sight: AT_AGENT,
  };
}

function participantState({ client, guestToken, conversationId, participantId }: Wishes): Candidate {
  const kind = 'participant-state';
  const missing = names([
    [client ?? guestToken, `${CLIENT_FLAGS} or the guest's token (--guest-token-file)`],
    [conversationId, '--conversation'],
    [participantId, '--participant'],
  ]);
  const asGuest = client === undefined && guestToken !== undefined;
  const asClient: CheckName[] = ['host.login', 'login', 'token', 'conversation', 'conversation.participant'];
  return {
    kind,
    shows: 'guests',
    evidence: 'claimed',
    missing,
    missingToSend: [],
    checks: ['host.api', ...(asGuest ? [] : asClient)],
    session:
      missing.length > 0
        ? undefined
        : session({ kind, conversationId, participantId, ...(asGuest && { guestToken }) }),
    unproven:
      (asGuest ? "A guest's token may not look at the conversation, and the" : 'The ids are right, but the') +
      ' call is in no published API: an org may answer 405. Try it with --send.',
    notChecked: undefined,
    sight: AT_AGENT,
  };
}
