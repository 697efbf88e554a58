import { describe, expect, it, vi } from 'vitest';
import { type Reply, serve } from '../../test/http-server.ts';
import { AwsError, DYNAMODB, makeAws, SECRETS_MANAGER } from './aws.ts';
import { makeHttp } from './http.ts';
import { makeTable } from './table.ts';

const lambda = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  AWS_SESSION_TOKEN: 'session',
};

const refuse = (type: string, status = 400): Reply => ({
  status,
  body: JSON.stringify({ __type: type, message: 'why' }),
});

/** A caller of a service that answers with these replies, the last one from then on. */
async function callerOf(...replies: (Reply | 'drop' | undefined)[]) {
  let next = 0;
  const server = await serve(() => replies[Math.min(next++, replies.length - 1)]);
  const environment = { ...lambda, AWS_ENDPOINT_URL_DYNAMODB: server.url };
  return { ...server, call: makeAws(DYNAMODB, makeHttp(), environment) };
}

describe('a call to AWS', () => {
  it('is a signed POST of JSON to the endpoint that the SDKs would take', async () => {
    const { call, seen } = await callerOf({ status: 200, body: '{"Item":{}}' });
    expect(await call('GetItem', { TableName: 'T' })).toEqual({ Item: {} });
    const [request] = seen;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/',
      body: '{"TableName":"T"}',
      headers: {
        'x-amz-target': 'DynamoDB_20120810.GetItem',
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-security-token': 'session',
      },
    });
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/dynamodb\/aws4_request, SignedHeaders=.*host.*, Signature=[0-9a-f]{64}$/,
    );
  });

  it('goes to the region when no endpoint is set', async () => {
    const http = vi.fn(() => Promise.resolve({ status: 200, headers: {}, body: '{}' }));
    await makeAws(SECRETS_MANAGER, http, lambda)('GetSecretValue', {});
    await makeAws(DYNAMODB, http, {
      ...lambda,
      AWS_REGION: 'cn-north-1',
      AWS_URL_SUFFIX: 'amazonaws.com.cn',
    })('GetItem', {});
    expect(http).toHaveBeenNthCalledWith(
      1,
      expect.objectContaining({ url: 'https://secretsmanager.eu-central-1.amazonaws.com/' }),
    );
    expect(http).toHaveBeenNthCalledWith(
      2,
      expect.objectContaining({ url: 'https://dynamodb.cn-north-1.amazonaws.com.cn/' }),
    );
  });

  it('that is refused rejects with the name that the service gives, without its namespace', async () => {
    const { call, seen } = await callerOf(
      refuse('com.amazonaws.dynamodb.v20120810#ResourceNotFoundException'),
    );
    await expect(call('GetItem', {})).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      status: 400,
    });
    expect(seen).toHaveLength(1);
  });

  it.each<[string, Reply | 'drop']>([
    ['a server fault', { status: 500, body: 'oops' }],
    ['a throttle', refuse('ThrottlingException')],
    ['a used-up capacity', refuse('ProvisionedThroughputExceededException')],
    ['a cut connection', 'drop'],
  ])('is tried once more after %s', async (_, reply) => {
    const { call, seen } = await callerOf(reply, { status: 200, body: '{}' });
    expect(await call('GetItem', {})).toEqual({});
    expect(seen).toHaveLength(2);
  });

  it('is tried no more than twice', async () => {
    const { call, seen } = await callerOf({ status: 503, body: '' });
    await expect(call('GetItem', {})).rejects.toThrow(AwsError);
    expect(seen).toHaveLength(2);
  });

  it('leaves half of its time to a second try when a kept connection has died in silence', async () => {
    const { call, seen } = await callerOf(undefined, { status: 200, body: '{}' });
    expect(await call('GetItem', {})).toEqual({});
    expect(seen).toHaveLength(2);
  });

  it('cannot be made outside of Lambda, and says what is missing', () => {
    expect(() => makeAws(DYNAMODB, makeHttp(), {})).toThrow(/AWS_REGION/);
  });
});

describe('the table', () => {
  it('spends a ticket by one conditional write that expires', async () => {
    const { call, seen } = await callerOf({ status: 200, body: '{}' });
    expect(await makeTable(call, 'T').spendTicket('jti-1', 'request-1', 1_000)).toBe(true);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      TableName: 'T',
      Item: {
        pk: { S: 'ticket#jti-1' },
        sk: { S: 'spent' },
        spender: { S: 'request-1' },
        expiresAt: { N: '1060' },
      },
      ConditionExpression: 'attribute_not_exists(pk) OR spender = :spender',
      ExpressionAttributeValues: { ':spender': { S: 'request-1' } },
    });
  });

  it('says when a ticket was spent before', async () => {
    const { call } = await callerOf(refuse('ConditionalCheckFailedException'));
    expect(await makeTable(call, 'T').spendTicket('jti-1', 'request-1', 1_000)).toBe(false);
  });

  it('lets no ticket pass when it cannot be asked', async () => {
    const { call } = await callerOf(refuse('AccessDeniedException'));
    await expect(makeTable(call, 'T').spendTicket('jti-1', 'r', 1_000)).rejects.toThrow(AwsError);
  });
});
