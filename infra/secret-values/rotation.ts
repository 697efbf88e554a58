import { randomBytes, randomUUID } from 'node:crypto';
import type { WebhookSecrets } from '../../functions/relay/agent-typing.ts';
import type { TicketKeys } from '../../functions/relay/ticket-keys.ts';
import { UsageError } from '../command.ts';

/** Rotations are two steps, so that both sides of a secret agree at every moment: a new value beside the old, then without. */

/** How long the webhook's secret is; Genesys takes any text. */
const WEBHOOK_SECRET_BYTES = 24;

/** @throws UsageError when two keys are live, or when --finish finds one */
export const ticketKeyRotation = {
  begin({ kid, key, previous }: TicketKeys): TicketKeys {
    if (previous) throw stillLive(`the keys ${kid} and ${previous.kid}`);
    return { kid: kidAfter(kid), key: randomBytes(32).toString('hex'), previous: { kid, key } };
  },
  finish({ kid, key, previous }: TicketKeys): TicketKeys {
    if (!previous) throw nothingToFinish();
    return { kid, key };
  },
};

/** @throws UsageError when two secrets are live, or when --finish finds one */
export const webhookSecretRotation = {
  begin({ secret, previous }: WebhookSecrets): WebhookSecrets {
    if (previous !== undefined) throw stillLive('two secrets');
    return { secret: randomBytes(WEBHOOK_SECRET_BYTES).toString('base64url'), previous: secret };
  },
  finish({ secret, previous }: WebhookSecrets): WebhookSecrets {
    if (previous === undefined) throw nothingToFinish();
    return { secret };
  },
};

/** The stack's first key is "1"; whoever gave a name of their own gets one that is nobody's. */
const kidAfter = (kid: string): string => (/^\d{1,15}$/.test(kid) ? String(Number(kid) + 1) : randomUUID());

const stillLive = (what: string): UsageError =>
  new UsageError(
    `A rotation is under way: ${what} are live, and a second would cut off whoever still uses the old one. ` +
      'End it with --finish first.',
  );

const nothingToFinish = (): UsageError =>
  new UsageError('No rotation is under way: there is one value only.');
