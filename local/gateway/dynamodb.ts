import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';
import type { Table } from './model.ts';

/** A request whose body has been read. */
export interface ReadRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers a DynamoDB request. */
export type DynamoDb = (request: ReadRequest, response: ServerResponse) => void;

/** Makes an in-memory DynamoDB; it has no tables yet, and items do not expire. */
export function makeDynamoDb(): DynamoDb {
  const server: Server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  return ({ method, url, headers, body }, response) => {
    // Its listener throws at a client that breaks off: so it gets a request that is already read.
    server.emit('request', Object.assign(Readable.from([body]), { method, url, headers }), response);
  };
}

/** Creates the template's tables at a DynamoDB endpoint and waits until they are active. Rejects when one fails. */
export async function createTables(endpoint: string, tables: readonly Table[]): Promise<void> {
  for (const { tableName, schema } of tables) {
    await call(endpoint, 'CreateTable', { TableName: tableName, BillingMode: 'PAY_PER_REQUEST', ...schema });
    for (let active = false; !active;) {
      const described = await call(endpoint, 'DescribeTable', { TableName: tableName });
      active = described.includes('"TableStatus":"ACTIVE"');
    }
  }
}

async function call(endpoint: string, operation: string, input: unknown): Promise<string> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      Authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=local',
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Date': new Date().toISOString(),
      'X-Amz-Target': `DynamoDB_20120810.${operation}`,
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation} failed: ${text}`);
  return text;
}
