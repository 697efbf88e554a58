/**
 * What the org's interfaces ask for. The thread's two scopes come first; the rest are permissions of the published
 * API, as the documentation of Genesys' own clients lists them with each operation.
 */
export const PERMISSION = {
  participantState: 'conversation:write',
  viewConversation: 'conversation:communication:view',
  /** Either of these two is enough for an agent's typing (§3.1). */
  createMessage: 'conversation:message:create',
  createWebMessage: 'conversation:webmessaging:create',
  receiveMessage: 'conversation:message:receive',
  viewIntegration: 'messaging:integration:view',
  viewSetting: 'messaging:setting:view',
} as const;

/** What a guest's own token is allowed, in the thread's word. */
export const GUEST_SCOPE = 'webmessaging:guest:write';
