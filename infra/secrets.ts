import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Secrets Manager would rotate by a function that tells the other side: here that is a customer's, or Genesys. */
const ROTATION = 'AwsSolutions-SMG4';

/** A key of 256 bits in hex, as functions/relay/ticket.ts reads it. */
export function makeTicketKey(scope: Construct): Secret {
  const ticketKey = new Secret(scope, 'TicketKey', {
    description: 'typing-relay: the key that seals tickets',
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ kid: '1' }),
      generateStringKey: 'key',
      passwordLength: 64,
      excludePunctuation: true,
      excludeUppercase: true,
      excludeCharacters: 'ghijklmnopqrstuvwxyz',
      requireEachIncludedType: false,
    },
  });
  acknowledge(
    ticketKey,
    ROTATION,
    'Backends hold this key too: npm run secrets -- rotate-ticket-key changes it with both live.',
  );
  return ticketKey;
}

/** Filled in by the operator. Without a client id it counts as missing, and the first message says so. */
export function makeGenesysClient(scope: Construct): Secret {
  const genesysClient = new Secret(scope, 'GenesysClient', {
    description:
      'typing-relay: clientId and clientSecret of a Genesys Cloud OAuth client (client credentials)',
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ clientId: '' }),
      generateStringKey: 'clientSecret',
    },
  });
  acknowledge(
    genesysClient,
    ROTATION,
    'Genesys makes it: npm run secrets -- oauth-client writes the new one.',
  );
  return genesysClient;
}

/** Made here, and given by the operator to the integration, which signs with it. */
export function makeWebhookSecret(scope: Construct): Secret {
  const webhookSecret = new Secret(scope, 'WebhookSecret', {
    description: 'typing-relay: what an open messaging integration signs its outbound notifications with',
    generateSecretString: {
      secretStringTemplate: '{}',
      generateStringKey: 'secret',
      passwordLength: 48,
      excludePunctuation: true,
    },
  });
  acknowledge(
    webhookSecret,
    ROTATION,
    'The integration in Genesys holds it too: npm run secrets -- rotate-webhook-secret changes it with both live.',
  );
  return webhookSecret;
}
