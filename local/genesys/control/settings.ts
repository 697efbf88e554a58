import type { Answer } from '../../http/answer.ts';
import { behaviourChange } from '../behaviour.ts';
import { deploymentChange } from '../deployments.ts';
import { integrationChange } from '../integrations.ts';
import type { Call, ControlPorts, ControlRoute } from './call.ts';
import { known, ok, parse } from './call.ts';

/** Settings of the org; a change keeps what it does not name, and is in force at once. */
export const settingRoutes: readonly ControlRoute[] = [
  { method: 'GET', path: '/control/behaviour', handle: (_call, { behaviour }) => ok(behaviour) },
  {
    method: 'PUT',
    path: '/control/behaviour',
    handle: ({ body }, { behaviour }) => ok(Object.assign(behaviour, parse(behaviourChange, body))),
  },
  {
    method: 'POST',
    path: '/control/deployments',
    handle: ({ body = {} }, { deployments }) => ({
      status: 201,
      body: deployments.create(parse(deploymentChange, body)),
    }),
  },
  {
    method: 'GET',
    path: '/control/deployments',
    handle: (_call, { deployments }) => ok({ deployments: deployments.list() }),
  },
  { method: 'PUT', path: '/control/deployments/:deploymentId', handle: changeDeployment },
  {
    method: 'POST',
    path: '/control/integrations',
    handle: ({ body = {} }, { integrations }) => ({
      status: 201,
      body: integrations.create(parse(integrationChange, body)),
    }),
  },
  {
    method: 'GET',
    path: '/control/integrations',
    handle: (_call, { integrations }) => ok({ integrations: integrations.list() }),
  },
  { method: 'PUT', path: '/control/integrations/:integrationId', handle: changeIntegration },
];

function changeDeployment({ params, body }: Call, { deployments }: ControlPorts): Answer {
  const deployment = known(deployments.get(params.get('deploymentId') ?? ''), 'such deployment');
  return ok(Object.assign(deployment, parse(deploymentChange, body)));
}

function changeIntegration({ params, body }: Call, { integrations }: ControlPorts): Answer {
  const integration = known(integrations.get(params.get('integrationId') ?? ''), 'such integration');
  return ok(Object.assign(integration, parse(integrationChange, body)));
}
