import { describe, expect, it } from 'vitest';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { like } from '../fixture.ts';
import { makeFakeClock } from '../test-clock.ts';
import type { Handlers, TestGateway } from './fixture.ts';
import { connect, ID, ok, refusal, run } from './fixture.ts';

const ARN = 'arn:aws:execute-api:us-east-1:000000000000:abcdefghij/live/$connect';

function policy(effect: string, more: object = {}, resource: unknown = ARN): unknown {
  const statement = { Action: 'execute-api:Invoke', Effect: effect, Resource: resource };
  return { principalId: 'guest', policyDocument: { Version: '2012-10-17', Statement: [statement] }, ...more };
}

function guarded(
  authorizer: Handlers[string],
  identitySources: string[] = [],
  clock: Clock = systemClock,
): Promise<TestGateway> {
  const routes = [{ routeKey: '$connect', authorizer: { functionId: 'authorizer', identitySources } }];
  const handlers = { authorizer, $connect: ok, $disconnect: ok, typing: ok };
  return run(handlers, { routes, clock });
}

function thrower(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}

describe('an authorizer', () => {
  it.each([
    ['allows another method only', () => policy('Allow', {}, ARN.replace('live', 'other')), 403, 'Forbidden'],
    ['throws "Unauthorized"', thrower('Unauthorized'), 401, 'Unauthorized'],
    ['throws anything else', thrower('Unauthorized!'), 500, 'Internal server error'],
    ['answers what is no policy', () => ({ isAuthorized: true }), 500, 'Internal server error'],
    [
      'has a list in its context',
      () => policy('Allow', { context: { a: [1] } }),
      500,
      'Internal server error',
    ],
    [
      'answers over 8 KB',
      () => policy('Allow', { context: { a: 'x'.repeat(8192) } }),
      500,
      'Internal server error',
    ],
  ])('that %s gives %s', async (_case, authorizer, status, message) => {
    const gateway = await guarded(authorizer);
    const body = { message, connectionId: like(ID), requestId: like(ID) };
    expect(await refusal(gateway.url)).toEqual({ status, body });
    expect(gateway.events('$connect')).toEqual([]);
  });

  it('that takes longer than 29 s gives 500', async () => {
    const clock = makeFakeClock();
    const gateway = await guarded(() => new Promise(() => undefined), [], clock);
    const refused = refusal(gateway.url);
    await gateway.event('authorizer');
    await clock.advance(29_000);
    expect(await refused).toMatchObject({ status: 500, body: { message: 'Internal server error' } });
  });

  it.each(['*', ARN, `${ARN.slice(0, -8)}*`, 'arn:aws:execute-api:*:*:abcdefghij/????/$connect'])(
    'that allows %s lets the client in',
    async (resource) => {
      const gateway = await guarded(() => policy('Allow', {}, [resource]));
      await connect(gateway.url);
      expect(gateway.events('$connect')).toHaveLength(1);
    },
  );

  it('lets in whom it names, and the trace tells that of the connection', async () => {
    const gateway = await guarded(() => policy('Allow'));
    await connect(gateway.url);
    expect(gateway.trace.filter(({ kind }) => kind === 'connect')).toMatchObject([{ principalId: 'guest' }]);
  });

  it.each([
    ['route.request.header.Authorization', { headers: { authorization: 'Bearer x' } }, ''],
    ['route.request.querystring.ticket', {}, '?ticket=x'],
  ])('whose identity source %s is there is called', async (source, options, query) => {
    const gateway = await guarded(() => policy('Allow'), [source]);
    await connect(gateway.url + query, options);
    expect(gateway.events('authorizer')).toHaveLength(1);
  });

  it('gets a REQUEST event with the headers and the query string', async () => {
    const gateway = await guarded(() => policy('Allow'));
    await connect(`${gateway.url}?ticket=t`, { headers: { 'X-One': '1' } });
    expect(await gateway.event('authorizer')).toMatchObject({
      type: 'REQUEST',
      methodArn: ARN,
      headers: { 'X-One': '1' },
      queryStringParameters: { ticket: 't' },
      requestContext: { routeKey: '$connect', eventType: 'CONNECT', connectionId: like(ID) },
    });
  });

  it('gets the headers of the hop, which $connect does not', async () => {
    const gateway = await guarded(() => policy('Allow'));
    await connect(gateway.url);
    const hop = { Connection: 'upgrade', 'content-length': '0', Upgrade: 'websocket' };
    expect(await gateway.event('authorizer')).toMatchObject({
      headers: hop,
      multiValueHeaders: { Connection: ['upgrade'], 'content-length': ['0'], Upgrade: ['websocket'] },
    });
  });
});
