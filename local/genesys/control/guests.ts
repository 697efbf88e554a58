import * as z from 'zod/mini';

import type { Answer } from '../../http/answer.ts';
import { channel } from '../guest-record.ts';
import type { Call, ControlPorts, ControlRoute } from './call.ts';
import { known, ok, parse } from './call.ts';

const text = z.optional(z.string().check(z.minLength(1)));
const guestSchema = z.strictObject({
  channel: z.optional(channel),
  deploymentId: text,
  integrationId: text,
  openUserId: text,
});

export const guestRoutes: readonly ControlRoute[] = [
  { method: 'POST', path: '/control/guests', handle: createGuest },
  {
    method: 'GET',
    path: '/control/guests',
    handle: (_call, { state }) => ok({ guests: state.guests() }),
  },
];

function createGuest({ body = {} }: Call, { state, deployments, integrations }: ControlPorts): Answer {
  const options = parse(guestSchema, body);
  const { deploymentId, integrationId } = options;
  if (deploymentId !== undefined) known(deployments.get(deploymentId), `deployment ${deploymentId}`);
  if (integrationId !== undefined) known(integrations.get(integrationId), `integration ${integrationId}`);
  return { status: 201, body: state.createGuest(options) };
}
