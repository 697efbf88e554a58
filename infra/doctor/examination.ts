import { type Account, makeAccount } from './account.ts';
import { candidatesOf } from './candidates.ts';
import { checkConversation } from './conversation.ts';
import { checkDeployment } from './deployment.ts';
import type { Finding } from './findings.ts';
import { checkGuestSocket } from './guest-socket.ts';
import { checkHosts } from './hosts.ts';
import { checkIntegration } from './integration.ts';
import type { DoctorPorts } from './ports.ts';
import { makeUpstreamPort } from '../../functions/ports/upstream.ts';
import { makeSockets } from '../../functions/ports/sockets.ts';
import { makeWebMessaging } from '../../functions/ports/web-messaging.ts';
import { type SendPorts, type Sent, showBubble } from './send.ts';
import { isClear, recommend, type Recommendation, type Verdict, verdictOf } from './verdicts.ts';
import type { Wishes } from './wishes.ts';

/** All that was found, and what it means. */
export interface Report {
  findings: Finding[];
  upstreams: Verdict[];
  recommended: Recommendation;
}

export interface Examination {
  /** Looks, and changes nothing. */
  look: () => Promise<Report>;
  /** Shows a bubble with each upstream in whose way nothing is. To be called after `look`. */
  send: (ports: Pick<SendPorts, 'hold' | 'tell'> & { signal: AbortSignal }) => Promise<Report>;
}

export function makeExamination(wishes: Wishes, ports: DoctorPorts): Examination {
  const account = makeAccount(wishes.target, wishes.client, ports);
  const candidates = candidatesOf(wishes);
  let findings: Finding[] = [];

  const report = (sent = new Map<string, Sent>()): Report => {
    const upstreams = candidates.map((one) => verdictOf(one, findings, sent.get(one.kind)));
    return { findings, upstreams, recommended: recommend(upstreams) };
  };

  return {
    async look() {
      findings = await lookAtAll(wishes, account, ports);
      return report();
    },

    async send({ hold, tell, signal }) {
      const { now, limitMs } = ports;
      const { target, origin } = wishes;
      const webMessaging = makeWebMessaging({ url: target.webMessagingUrl, origin, keep: false, now });
      const way = makeUpstreamPort({ api: account.api, sockets: makeSockets(now), webMessaging });
      const sent = new Map<string, Sent>();
      try {
        for (const candidate of candidates) {
          if (signal.aborted || !isClear(candidate, findings)) continue;
          if (candidate.missingToSend.length > 0)
            tell(`${candidate.kind}: not sent; give ${candidate.missingToSend.join('; ')}.`);
          const outcome = await showBubble(candidate, { send: way.send, now, limitMs, hold, tell });
          if (outcome) sent.set(candidate.kind, outcome);
        }
      } finally {
        way.release();
      }
      return report(sent);
    },
  };
}

async function lookAtAll(wishes: Wishes, account: Account, ports: DoctorPorts): Promise<Finding[]> {
  const { target, client, userToken, deploymentId, integrationId, conversationId, socketUrl } = wishes;
  ports.tell(`the hosts of ${target.originUrl ?? target.domain}`);
  const hosts = await checkHosts(target, ports);
  const isUp = (check: Finding['check']): boolean =>
    hosts.every((host) => host.check !== check || host.state === 'ok');

  const canLogIn = client !== undefined && isUp('host.api') && isUp('host.login');
  if (canLogIn) ports.tell('the OAuth client');
  const who = canLogIn ? await account.check() : [];
  const loggedIn = who.length > 0 && who.every(({ check, state }) => check === 'budget' || state === 'ok');
  const api = loggedIn ? account.api : undefined;

  const asked: Promise<Finding[]>[] = [];
  if (deploymentId !== undefined && isUp('host.webmessaging'))
    asked.push(checkDeployment(deploymentId, wishes, api, ports));
  if (integrationId !== undefined && api) asked.push(checkIntegration(integrationId, api, ports));
  if (conversationId !== undefined && isUp('host.api')) {
    const asAgent = client === undefined && userToken !== undefined;
    const caller = asAgent ? account.api : api;
    if (caller) asked.push(checkConversation(conversationId, wishes, caller, ports));
  }
  if (socketUrl !== undefined) asked.push(checkGuestSocket(socketUrl, target, ports));
  if (asked.length > 0) ports.tell('what the ids name');
  return [...hosts, ...who, ...(await Promise.all(asked)).flat()];
}
