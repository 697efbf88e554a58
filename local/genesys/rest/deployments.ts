import type { Answer } from '../../http/answer.ts';
import type { Deployment } from '../deployments.ts';
import { orgError } from '../org-error.ts';
import type { OrgPorts } from '../ports.ts';
import type { Call } from './call.ts';
import { notFound, unauthenticated } from './call.ts';

/** The deployment's configuration as its clients fetch it: from a CDN, without any token (§2.5). */
export function getConfig({ params }: Call, { origin, deployments }: OrgPorts): Answer {
  const deployment = deployments.get(params.get('deploymentId') ?? '');
  if (deployment === undefined) return notFound('The deployment');
  const messagingEndpoint = origin.replace('http:', 'ws:');
  return {
    status: 200,
    body: {
      id: deployment.deploymentId,
      version: '1',
      languages: ['en-us'],
      defaultLanguage: 'en-us',
      apiEndpoint: origin,
      messenger: {
        enabled: true,
        apps: { conversations: { messagingEndpoint, ...conversationsApp(deployment) } },
        styles: { primaryColor: '#ff0000' },
        launcherButton: { visibility: 'On' },
        fileUpload: { modes: [] },
      },
      journeyEvents: { enabled: false },
      status: deployment.status,
      auth: { enabled: false },
    },
  };
}

/** `WebDeploymentActiveConfigurationOnDeployment`: any token of the platform, and no permission (§2.5). */
export function getActiveConfiguration({ params, caller }: Call, { deployments }: OrgPorts): Answer {
  if (caller.kind === 'guest') return orgError(403, 'not.authorized', 'A guest has no access to this.');
  if (caller.kind !== 'service' && caller.kind !== 'user') return unauthenticated(caller);
  const deployment = deployments.get(params.get('deploymentId') ?? '');
  if (deployment === undefined) return notFound('The deployment');
  const { deploymentId, status, allowAllDomains, allowedDomains } = deployment;
  const configuration = { id: deploymentId, version: '1' };
  return {
    status: 200,
    body: {
      configurationVersion: {
        ...configuration,
        name: 'Simulated configuration',
        messenger: { enabled: true, apps: { conversations: conversationsApp(deployment) } },
        status: 'Active',
      },
      deployment: {
        id: deploymentId,
        name: 'Simulated deployment',
        allowAllDomains,
        allowedDomains,
        status,
        configuration,
        selfUri: `/api/v2/webdeployments/deployments/${deploymentId}`,
      },
    },
  };
}

function conversationsApp(deployment: Deployment): object {
  const { showAgentTypingIndicator, showUserTypingIndicator, sessionDurationSeconds } = deployment;
  return {
    enabled: true,
    showAgentTypingIndicator,
    showUserTypingIndicator,
    sessionDurationSeconds,
    conversationDisconnect: { enabled: true, type: 'ReadOnly' },
    conversationClear: { enabled: false },
  };
}
