import * as z from 'zod';
import type { GenesysApi } from '../../functions/ports/genesys-api.ts';
import { tryJson } from '../../functions/ports/http.ts';
import { meaningOf } from '../../functions/ports/messaging-frames.ts';
import { failed, type Finding } from './findings.ts';
import type { DoctorPorts } from './ports.ts';
import { tryUpgrade } from './upgrade.ts';
import type { Wishes } from './wishes.ts';

/** A Messenger deployment: what it is set to, and whether its guest socket lets us in. */

/** Genesys-messenger-transport-mobile-sdk, DeploymentConfig.kt: both indicators are off where they are absent. */
const conversations = z.object({
  showUserTypingIndicator: z.boolean().default(false),
  showAgentTypingIndicator: z.boolean().default(false),
});
const config = z.object({
  status: z.string().optional(),
  auth: z.object({ enabled: z.boolean().optional() }).optional(),
  messenger: z.object({ apps: z.object({ conversations }) }),
});
type Config = z.infer<typeof config>;

/** Platform-client-sdk-javascript, index.d.ts: WebDeploymentActiveConfigurationOnDeployment. */
const onDeployment = z.object({
  deployment: z.object({
    allowAllDomains: z.boolean().optional(),
    allowedDomains: z.array(z.string()).optional(),
  }),
});

type DeploymentPorts = Pick<DoctorPorts, 'http' | 'now' | 'limitMs'>;

/** @param api undefined where nobody is logged in */
export async function checkDeployment(
  deploymentId: string,
  wishes: Wishes,
  api: Pick<GenesysApi, 'call'> | undefined,
  ports: DeploymentPorts,
): Promise<Finding[]> {
  const [settings, domains, socket] = await Promise.all([
    checkConfig(deploymentId, wishes, ports),
    api ? checkDomains(deploymentId, wishes, api, ports) : [],
    checkSocket(deploymentId, wishes, ports),
  ]);
  return [...settings, ...domains, socket];
}

async function checkConfig(id: string, { target }: Wishes, ports: DeploymentPorts): Promise<Finding[]> {
  const { http, now, limitMs } = ports;
  const names = { check: 'deployment', subject: 'deployment' } as const;
  const url = `${target.cdnUrl}/webdeployments/v1/deployments/${id}/config.json`;
  try {
    const { status, body } = await http({ method: 'GET', url, headers: {}, deadline: now() + limitMs });
    if (status === 404 || status === 403) {
      const says = `${target.domain} knows no deployment ${id} (${status}). Take the id from Admin, Message, Messenger Deployments, and check --domain.`;
      return [{ ...names, state: 'bad', reason: 'deployment_refused', says }];
    }
    const parsed = config.safeParse(tryJson(body));
    if (status === 200 && parsed.success) return judgeConfig(parsed.data);
    const says =
      status === 200
        ? 'Its configuration has another shape than the published one.'
        : `Its configuration was answered with ${status}.`;
    return [{ ...names, state: 'unknown', says }];
  } catch (error) {
    return [failed(names, error)];
  }
}

function judgeConfig({ status = 'not told', auth, messenger }: Config): Finding[] {
  const { showUserTypingIndicator: users, showAgentTypingIndicator: agents } = messenger.apps.conversations;
  const active = !/^inactive$/i.test(status);
  const found: Finding = {
    check: 'deployment',
    subject: 'deployment',
    state: active ? 'ok' : 'bad',
    says: active
      ? `Found; status ${status}.`
      : 'Found, but inactive: nobody can connect. Activate it in Genesys Cloud.',
    ...(!active && { reason: 'deployment_refused' as const }),
    facts: { status },
  };
  return [
    found,
    usersTyping(users),
    agentsTyping(agents),
    ...(auth?.enabled === true ? [AUTHENTICATED] : []),
  ];
}

function usersTyping(on: boolean): Finding {
  const names = { check: 'deployment.user-typing', subject: "guests' typing" } as const;
  const facts = { showUserTypingIndicator: on };
  if (on) return { ...names, state: 'ok', says: 'showUserTypingIndicator is on.', facts };
  // What the relay makes of Genesys' own refusal, 4000, word for word.
  const meaning = meaningOf('{"class":"string","code":4000}');
  return {
    ...(meaning?.is === 'refused' ? failed(names, meaning.error) : { ...names, state: 'bad', says: 'Off.' }),
    facts,
  };
}

function agentsTyping(on: boolean): Finding {
  const names = { check: 'deployment.agent-typing', subject: "agents' typing" } as const;
  const facts = { showAgentTypingIndicator: on };
  if (on) return { ...names, state: 'ok', says: 'showAgentTypingIndicator is on.', facts };
  return {
    ...names,
    state: 'note',
    says: 'showAgentTypingIndicator is off: guests may not see that an agent types.',
    facts,
  };
}

const AUTHENTICATED: Finding = {
  check: 'deployment.auth',
  subject: 'guests who log in',
  state: 'note',
  says: 'It lets guests log in. The relay speaks for guests who have not.',
  facts: { authEnabled: true },
};

async function checkDomains(
  id: string,
  wishes: Wishes,
  api: Pick<GenesysApi, 'call'>,
  { now, limitMs }: DeploymentPorts,
): Promise<Finding[]> {
  const names = { check: 'deployment.domains', subject: 'allowed domains' } as const;
  const path = `/api/v2/webdeployments/deployments/${id}/configurations`;
  try {
    const answer = await api.call({ method: 'GET', path, permission: 'none' }, now() + limitMs);
    const { allowAllDomains, allowedDomains = [] } = onDeployment.parse(answer).deployment;
    const origin = originOf(wishes);
    const facts = { allowAllDomains: allowAllDomains ?? null, allowedDomains, origin };
    if (allowAllDomains === true) return [{ ...names, state: 'ok', says: 'All.', facts }];
    const list = allowedDomains.join(', ') || 'none';
    const hosts = allowedDomains.map(hostOf);
    if (hosts.includes(hostOf(origin)))
      return [{ ...names, state: 'ok', says: `${list}; ${origin} is one.`, facts }];
    const says =
      `Only ${list}, and the Origin that would be sent is ${origin}. Say --origin with one of them here, and ` +
      '-c webMessagingOrigin=… with the same when you deploy.';
    return [{ ...names, state: 'bad', reason: 'deployment_refused', says, facts }];
  } catch (error) {
    // Whether the socket lets us in is asked anyway; this would only have said why not.
    const { says, reason } = failed(names, error);
    const why = reason === 'conversation_not_found' ? 'This org has no such deployment.' : says;
    return [{ ...names, state: 'note', says: `Not told. ${why}` }];
  }
}

/** What the relay would send as Origin. */
const originOf = ({ origin, target }: Wishes): string => origin ?? new URL(target.webMessagingUrl).hostname;

const hostOf = (origin: string): string =>
  origin
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[:/].*$/, '');

async function checkSocket(id: string, wishes: Wishes, ports: DeploymentPorts): Promise<Finding> {
  const names = { check: 'deployment.socket', subject: 'guest socket' } as const;
  const { target, origin } = wishes;
  const url = `${target.webMessagingUrl}?deploymentId=${encodeURIComponent(id)}&application=typing-relay`;
  const upgrade = await tryUpgrade({ url, origin }, ports);
  switch (upgrade.is) {
    case 'accepted':
      return {
        ...names,
        state: 'ok',
        says: 'Takes this deployment; opened and closed again, no session was configured.',
      };
    case 'failed':
      return { ...names, state: 'unknown', says: `It did not open: ${upgrade.why}.` };
    case 'refused': {
      const { status } = upgrade;
      const facts = { status };
      if (status >= 500 || status === 429)
        return { ...names, state: 'unknown', says: `Refused with ${status}. Try again later.`, facts };
      const says =
        `Refused with ${status}: the deployment is unknown in this region or inactive, or its allowed domains do not ` +
        `take the Origin ${originOf(wishes)} (--origin). Genesys does not say which.`;
      return { ...names, state: 'bad', reason: 'deployment_refused', says, facts };
    }
  }
}
