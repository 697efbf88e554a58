import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, Server } from 'node:http';
import dynalite from 'dynalite';
import type { Table } from '../template/model.ts';
import { patchDynalite } from './conditions.ts';

/** A request whose body has been read. */
export interface DynamoDbRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface DynamoDbAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/** Answers a DynamoDB request; never rejects. */
export type DynamoDb = (request: DynamoDbRequest) => Promise<DynamoDbAnswer>;

patchDynalite();

/** Makes an in-memory DynamoDB; it has no tables yet, and items do not expire. */
export function makeDynamoDb(): DynamoDb {
  const server: Server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  return ({ method, url, headers, body }) =>
    new Promise((resolve) => {
      const request = Object.assign(new EventEmitter(), { method, url, headers });
      try {
        server.emit('request', request, makeResponse(resolve));
        // It reads the body in these listeners, and throws in them at one that it did not expect.
        request.emit('data', body);
        request.emit('end');
      } catch {
        resolve(INTERNAL_ERROR);
      }
    });
}

const INTERNAL_ERROR: DynamoDbAnswer = {
  status: 500,
  headers: { 'Content-Type': 'application/x-amz-json-1.0' },
  body: JSON.stringify({
    __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
    message: 'The request could not be handled',
  }),
};

/** As much of a response as dynalite uses. */
function makeResponse(resolve: (answer: DynamoDbAnswer) => void): object {
  const headers: OutgoingHttpHeaders = {};
  return {
    statusCode: 200,
    setHeader: (name: string, value: string | number) => {
      headers[name] = value;
    },
    end(this: { statusCode: number }, body = '') {
      resolve({ status: this.statusCode, headers, body });
    },
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
