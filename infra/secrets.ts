import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** A key of 256 bits in hex, as functions/relay/ticket.ts reads it. */
export function makeTicketKey(scope: Construct): Secret {
  return new Secret(scope, 'TicketKey', {
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
}

/** Filled in by the operator. Without a client id it counts as missing, and the first message says so. */
export function makeGenesysClient(scope: Construct): Secret {
  return new Secret(scope, 'GenesysClient', {
    description:
      'typing-relay: clientId and clientSecret of a Genesys Cloud OAuth client (client credentials)',
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ clientId: '' }),
      generateStringKey: 'clientSecret',
    },
  });
}

/** Made here, and given by the operator to the integration, which signs with it. */
export function makeWebhookSecret(scope: Construct): Secret {
  return new Secret(scope, 'WebhookSecret', {
    description: 'typing-relay: what an open messaging integration signs its outbound notifications with',
    generateSecretString: {
      secretStringTemplate: '{}',
      generateStringKey: 'secret',
      passwordLength: 48,
      excludePunctuation: true,
    },
  });
}
