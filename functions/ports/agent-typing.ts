import { type AgentTypingPorts, webhookSecrets } from '../relay/agent-typing.ts';
import { DYNAMODB, makeAws, SECRETS_MANAGER } from './aws.ts';
import { readEnvironment, webhookEnvironment } from './environment.ts';
import { makeHttp } from './http.ts';
import { makeListeners } from './listeners.ts';
import { log } from './log.ts';
import { makePush } from './push.ts';
import { makeSecret } from './secrets.ts';

/** The outside world of the webhook, wired from its environment. @throws Error when the environment is incomplete */
export function openAgentTyping(): AgentTypingPorts {
  const { TABLE_NAME, WEBHOOK_SECRET } = readEnvironment(webhookEnvironment);
  const http = makeHttp();
  const now = Date.now;
  const secret = makeSecret(makeAws(SECRETS_MANAGER, http, process.env), WEBHOOK_SECRET, webhookSecrets, now);
  const listeners = makeListeners(makeAws(DYNAMODB, http, process.env), TABLE_NAME);
  return {
    async withSecrets(matches) {
      if (matches(await secret.get())) return true;
      // This environment may be older than the last change of the secret.
      return (await secret.refresh()) && matches(await secret.get());
    },
    listeners: (inbox) => listeners.list(inbox, now()),
    forget: listeners.remove,
    push: makePush(),
    now,
    warn: log.warn,
  };
}
