import * as z from 'zod';
import type { GenesysApi } from '../../functions/ports/genesys-api.ts';
import { failed, type Finding } from './findings.ts';
import type { DoctorPorts } from './ports.ts';

/** An open messaging integration, and what its messaging setting says of typing. */

/** Platform-client-sdk-javascript, index.d.ts: OpenIntegration, MessagingSetting; nearly all optional. */
const integration = z.object({
  name: z.string().optional(),
  status: z.string().optional(),
  messagingSetting: z.object({ id: z.string(), name: z.string().optional() }).optional(),
  outboundNotificationWebhookUrl: z.string().optional(),
});
type Integration = z.infer<typeof integration>;

const setting = z.object({
  event: z
    .object({
      typing: z
        .object({
          on: z.object({ inbound: z.string().optional(), outbound: z.string().optional() }).optional(),
        })
        .optional(),
    })
    .optional(),
});

type IntegrationPorts = Pick<DoctorPorts, 'now' | 'limitMs'>;

export async function checkIntegration(
  integrationId: string,
  api: Pick<GenesysApi, 'call'>,
  ports: IntegrationPorts,
): Promise<Finding[]> {
  const names = { check: 'integration', subject: 'integration' } as const;
  let found: Integration;
  try {
    const path = `/api/v2/conversations/messaging/integrations/open/${integrationId}`;
    found = integration.parse(await get(api, path, 'messaging:integration:view', ports));
  } catch (error) {
    return [failed(names, error)];
  }
  const { name = 'unnamed', status = 'not told' } = found;
  return [
    { ...names, state: 'ok', says: `"${name}"; status ${status}.`, facts: { name, status } },
    ...(await checkSetting(found, api, ports)),
    webhookOf(found),
  ];
}

const get = (
  api: Pick<GenesysApi, 'call'>,
  path: string,
  permission: string,
  { now, limitMs }: IntegrationPorts,
): Promise<unknown> => api.call({ method: 'GET', path, permission }, now() + limitMs);

const INBOUND = { check: 'integration.inbound', subject: 'typing inbound' } as const;
const OUTBOUND = { check: 'integration.outbound', subject: 'typing outbound' } as const;

async function checkSetting(
  { messagingSetting: its }: Integration,
  api: Pick<GenesysApi, 'call'>,
  ports: IntegrationPorts,
): Promise<Finding[]> {
  if (its === undefined || !/^[\w-]{1,64}$/.test(its.id)) {
    const says =
      'The integration names no messaging setting of its own: look at the default one in Genesys Cloud.';
    return [{ ...INBOUND, state: 'unknown', says }];
  }
  const name = its.name ?? its.id;
  try {
    const path = `/api/v2/conversations/messaging/settings/${its.id}`;
    const { event } = setting.parse(await get(api, path, 'messaging:setting:view', ports));
    // Off by default in both directions (terraform-provider-genesyscloud, conversations_messaging_settings.md).
    const { inbound = 'Disabled', outbound = 'Disabled' } = event?.typing?.on ?? {};
    return [inboundOf(inbound, name), outboundOf(outbound, name)];
  } catch (error) {
    return [failed(INBOUND, error)];
  }
}

function inboundOf(inbound: string, name: string): Finding {
  const facts = { inbound, setting: name };
  if (inbound === 'Enabled') return { ...INBOUND, state: 'ok', says: `Enabled in "${name}".`, facts };
  const says =
    `Disabled in the messaging setting "${name}": Genesys answers such an event and shows nothing. Enable typing events, ` +
    'inbound, there (event.typing.on.inbound).';
  return { ...INBOUND, state: 'bad', reason: 'feature_disabled', says, facts };
}

function outboundOf(outbound: string, name: string): Finding {
  const facts = { outbound, setting: name };
  if (outbound === 'Enabled') return { ...OUTBOUND, state: 'ok', says: `Enabled in "${name}".`, facts };
  const says = `Disabled in "${name}": guests will not see that an agent types (event.typing.on.outbound).`;
  return { ...OUTBOUND, state: 'note', says, facts };
}

/** Only the host is told: people put secrets into the rest. */
function webhookOf({ outboundNotificationWebhookUrl: url = '' }: Integration): Finding {
  const names = { check: 'integration.webhook', subject: 'webhook' } as const;
  const host = URL.canParse(url) ? new URL(url).host : null;
  if (host !== null) return { ...names, state: 'ok', says: `Goes to ${host}.`, facts: { host } };
  return { ...names, state: 'note', says: "None: agents' typing reaches no guest by it.", facts: { host } };
}
