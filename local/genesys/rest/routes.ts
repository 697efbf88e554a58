import { getConversation } from './conversation.ts';
import type { RestRoute } from './call.ts';
import { getActiveConfiguration, getConfig } from './deployments.ts';
import { getOpenIntegration, getMessagingSetting } from './messaging.ts';
import { openUserOf, postOpenEvent } from './open-event.ts';
import { createGuest, postMessage, setParticipantState } from './thread.ts';
import { describeToken } from './tokens.ts';
import { postTyping } from './typing.ts';

/** The interfaces of the org that answer with something else than 404. */
export const restRoutes: readonly RestRoute[] = [
  {
    method: 'POST',
    path: '/oauth/token',
    kind: 'login',
    handle: (call, ports) => ports.oauth.login(call.authorization, call.body),
  },
  // The thread names neither this path nor the field inside `connection`; both are this org's choice.
  { method: 'POST', path: '/api/v2/webmessaging/guests', kind: 'other', handle: createGuest },
  { method: 'POST', path: '/api/v2/webmessaging/guests/messages', kind: 'other', handle: postMessage },
  {
    method: 'POST',
    path: '/api/v2/conversations/:conversationId/participants/:participantId',
    kind: 'participant',
    handle: setParticipantState,
  },
  {
    method: 'GET',
    path: '/api/v2/conversations/:conversationId',
    kind: 'conversation',
    handle: getConversation,
  },
  {
    method: 'POST',
    path: '/api/v2/conversations/messages/:conversationId/communications/:communicationId/typing',
    kind: 'typing',
    handle: postTyping,
  },
  {
    method: 'POST',
    path: '/api/v2/conversations/messages/:integrationId/inbound/open/event',
    kind: 'open-event',
    handle: postOpenEvent,
    about: openUserOf,
  },
  {
    method: 'GET',
    path: '/api/v2/conversations/messaging/integrations/open/:integrationId',
    kind: 'other',
    handle: getOpenIntegration,
  },
  {
    method: 'GET',
    path: '/api/v2/conversations/messaging/settings/:settingId',
    kind: 'other',
    handle: getMessagingSetting,
  },
  {
    method: 'GET',
    path: '/webdeployments/v1/deployments/:deploymentId/config.json',
    kind: 'other',
    handle: getConfig,
  },
  {
    method: 'GET',
    path: '/api/v2/webdeployments/deployments/:deploymentId/configurations',
    kind: 'other',
    handle: getActiveConfiguration,
  },
  { method: 'GET', path: '/api/v2/tokens/me', kind: 'other', handle: describeToken },
  {
    method: 'HEAD',
    path: '/api/v2/tokens/me',
    kind: 'other',
    handle: (call) => ({ ...describeToken(call), body: undefined }),
  },
];
