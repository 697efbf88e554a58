import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** The relay's one table; what stands in it, and who may touch which items: infra/grants.ts. */
export function makeTable(scope: Construct): Table {
  const table = new Table(scope, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    timeToLiveAttribute: 'expiresAt',
    billingMode: BillingMode.PAY_PER_REQUEST,
    // A key that AWS owns: DynamoDB encrypts every table, and a key of the account's own would add a price to each call.
    encryption: TableEncryption.DEFAULT,
    // Said and not left out, so that a table that had it loses it.
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: false },
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(
    table,
    'AwsSolutions-DDB3',
    'Nothing in it is worth restoring: what it holds is over within two days, and a backup keeps it for 35.',
  );
  return table;
}
