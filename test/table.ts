import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import * as z from 'zod';
import { type CallAws, DYNAMODB, makeAws } from '../functions/ports/aws.ts';
import { makeHttp } from '../functions/ports/http.ts';
import { readConfig } from '../infra/config.ts';
import { RelayStack } from '../infra/relay-stack.ts';
import { startAws } from '../local/aws/aws.ts';

export interface TestTable {
  call: CallAws;
  name: string;
  close: () => Promise<void>;
}

const tableSchema = z.object({
  KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) })),
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
});

/** The schema of the stack's one table, without a bundle built for that. */
function readSchema(): z.infer<typeof tableSchema> {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const config = readConfig({ genesysDomain: 'mypurecloud.com' });
  const template = Template.fromStack(new RelayStack(app, 'typing-relay', { config }));
  const [table] = Object.values(template.findResources('AWS::DynamoDB::Table'));
  return z.object({ Properties: tableSchema }).parse(table).Properties;
}

/** Starts the stack's own table in an embedded DynamoDB. */
export async function startTable(): Promise<TestTable> {
  const table = { logicalId: 'Table', tableName: 'relay', schema: readSchema() };
  const { url, close } = await startAws({ template: { tables: [table], secrets: [] } });
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
    AWS_ENDPOINT_URL: url,
  };
  return { call: makeAws(DYNAMODB, makeHttp(), environment), name: table.tableName, close };
}
