import { describe, expect, it } from 'vitest';
import { makeSelectRoute, parseRouteKey } from './routes.ts';

const selectOf = (...keys: string[]) =>
  makeSelectRoute(keys.map((routeKey) => ({ routeKey, functionId: routeKey, timeoutMs: 1 })));

/** The first four are AWS' own example: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html */
const PETS = ['$default', 'ANY /{proxy+}', 'GET /pets/{proxy+}', 'GET /pets/dog/{id}', 'GET /pets/dog/1'];

describe('the route of a request', () => {
  it.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
    ['POST', '/pets/dog/1', 'ANY /{proxy+}', { proxy: 'pets/dog/1' }],
    ['GET', '/pets/dog/1/', 'GET /pets/{proxy+}', { proxy: 'dog/1/' }],
    ['GET', '/pets/', 'ANY /{proxy+}', { proxy: 'pets/' }],
    ['GET', '/', '$default', {}],
  ])('%s %s is the most specific one', (method, path, routeKey, pathParameters) => {
    expect(selectOf(...PETS)(method, path)).toMatchObject({ route: { routeKey }, pathParameters });
  });

  it('is one that matches in full before one that does so by a greedy variable', () => {
    const select = selectOf('GET /x/{proxy+}', 'GET /{a}/b');
    expect(select('GET', '/x/b')).toMatchObject({ route: { routeKey: 'GET /{a}/b' } });
  });

  it('is one of the very method before one of any', () => {
    const select = selectOf('ANY /x/{id}', 'PUT /x/{id}', 'ANY /');
    expect(select('PUT', '/x/1')?.route.routeKey).toBe('PUT /x/{id}');
    expect(select('DELETE', '/x/1')?.route.routeKey).toBe('ANY /x/{id}');
    expect(select('HEAD', '/')?.route.routeKey).toBe('ANY /');
    expect(selectOf('ANY /dogs/1', 'GET /dogs/{id}')('GET', '/dogs/1')?.route.routeKey).toBe(
      'GET /dogs/{id}',
    );
  });

  it.each([
    ['GET', '/webhooks/open-messaging'],
    ['POST', '/webhooks'],
    ['POST', '/webhooks/open-messaging/'],
    ['POST', '/webhooks/open-messaging/x'],
    ['POST', '/Webhooks/open-messaging'],
    ['POST', '//webhooks/open-messaging'],
    ['GET', '/x/'],
  ])('is none for %s %s', (method, path) => {
    expect(selectOf('POST /webhooks/open-messaging', 'GET /x/{id}')(method, path)).toBeUndefined();
  });
});

describe('a route key', () => {
  it.each(['', 'GET', '/x', 'get /x', 'TRACE /x', 'GET x', 'GET /{proxy+}/x', 'GET /a{b}', '$connect'])(
    '%j is none',
    (routeKey) => {
      expect(parseRouteKey(routeKey)).toBeUndefined();
    },
  );
});
