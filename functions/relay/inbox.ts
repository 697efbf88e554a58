import { digest } from './upstream.ts';

/** Finds a guest's connections again when the integration's webhook names the guest. */
export const openInbox = (integrationId: string, user: string): string =>
  digest(['open-messaging', integrationId, user]);
