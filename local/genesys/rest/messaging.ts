import type { Answer } from '../../http/answer.ts';
import { PERMISSION } from '../permissions.ts';
import type { OrgPorts } from '../ports.ts';
import type { Call } from './call.ts';
import { notFound, refusedWithout } from './call.ts';

/** `OpenIntegration`, with a reference to its messaging setting. */
export function getOpenIntegration({ params, caller }: Call, { integrations }: OrgPorts): Answer {
  const refusal = refusedWithout(caller, [PERMISSION.viewIntegration], 'missing.permissions');
  if (refusal !== undefined) return refusal;
  const integration = integrations.get(params.get('integrationId') ?? '');
  if (integration === undefined) return notFound('The integration');
  const { integrationId, settingId, webhookUrl } = integration;
  return {
    status: 200,
    body: {
      id: integrationId,
      name: 'Simulated open messaging',
      messagingSetting: { id: settingId, name: SETTING_NAME, selfUri: settingUri(settingId) },
      outboundNotificationWebhookUrl: webhookUrl ?? '',
      // Whether Genesys gives the secret away to a reader is not published; this org does not.
      outboundNotificationWebhookSignatureSecretToken: '',
      status: 'Active',
      createStatus: 'Completed',
      selfUri: `/api/v2/conversations/messaging/integrations/open/${integrationId}`,
    },
  };
}

/** `MessagingSetting`: whether typing is on, each way (§3.2). */
export function getMessagingSetting({ params, caller }: Call, { integrations }: OrgPorts): Answer {
  const refusal = refusedWithout(caller, [PERMISSION.viewSetting], 'missing.permissions');
  if (refusal !== undefined) return refusal;
  const integration = integrations.bySetting(params.get('settingId') ?? '');
  if (integration === undefined) return notFound('The messaging setting');
  const { settingId, inbound, outbound } = integration;
  const event = { typing: { on: { inbound, outbound } } };
  return {
    status: 200,
    body: { id: settingId, name: SETTING_NAME, event, selfUri: settingUri(settingId) },
  };
}

const SETTING_NAME = 'Simulated messaging setting';

function settingUri(settingId: string): string {
  return `/api/v2/conversations/messaging/settings/${settingId}`;
}
