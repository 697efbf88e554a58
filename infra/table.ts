import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** The relay's one table; what stands in it, and who may touch which items: infra/grants.ts. */
export function makeTable(scope: Construct): Table {
  return new Table(scope, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    timeToLiveAttribute: 'expiresAt',
    billingMode: BillingMode.PAY_PER_REQUEST,
    // A key that AWS owns: DynamoDB encrypts every table, and a key of the account's own would add a price to each call.
    encryption: TableEncryption.DEFAULT,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    // Nothing in it outlives its connection.
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
