import { describe, expect, it } from 'vitest';
import type { Cors } from '../template/model.ts';
import { run } from './fixture.ts';

const cors: Cors = {
  allowCredentials: false,
  allowHeaders: ['authorization', 'x-id'],
  allowMethods: ['GET', 'POST'],
  allowOrigins: ['https://shop.example', 'http://*'],
  exposeHeaders: ['x-id'],
  maxAgeSeconds: 300,
};

const own = { 'access-control-allow-origin': 'https://own.example', 'x-id': '7' };
const handlers = { $default: () => ({ statusCode: 200, headers: own }) };

async function asked(changes: Partial<Cors> | undefined, method: string, headers: Record<string, string>) {
  const api = await run(handlers, changes && { cors: { ...cors, ...changes } });
  const response = await fetch(api.url, { method, headers });
  const named = [...response.headers].filter(([name]) => name.startsWith('access-control-'));
  return { status: response.status, headers: Object.fromEntries(named), events: api.events.length };
}

const preflight = { origin: 'https://shop.example', 'access-control-request-method': 'POST' };

describe('CORS', () => {
  it('of the API answers the question before a request, without a function', async () => {
    expect(await asked({}, 'OPTIONS', preflight)).toEqual({
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://shop.example',
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-headers': 'authorization,x-id',
        'access-control-expose-headers': 'x-id',
        'access-control-max-age': '300',
      },
      events: 0,
    });
  });

  it.each([
    ['https://shop.example', 'https://shop.example'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['https://other.example', undefined],
    ['https://shop.example.evil', undefined],
  ])('of the API goes over that of the function, for %s', async (origin, allowed) => {
    const { headers, events } = await asked({}, 'GET', { origin });
    expect(headers['access-control-allow-origin']).toBe(allowed);
    expect(events).toBe(1);
  });

  it('may allow any origin, and credentials', async () => {
    const anyone = await asked({ allowOrigins: ['*'], exposeHeaders: [] }, 'GET', { origin: 'https://a.b' });
    expect(anyone.headers).toEqual({ 'access-control-allow-origin': '*' });
    const known = await asked({ allowCredentials: true }, 'GET', { origin: 'https://shop.example' });
    expect(known.headers).toMatchObject({ 'access-control-allow-credentials': 'true' });
  });

  it('says nothing where no origin asks', async () => {
    expect(await asked({}, 'GET', {})).toEqual({ status: 200, headers: {}, events: 1 });
  });

  it('is left to the function in an API that has none', async () => {
    expect(await asked(undefined, 'OPTIONS', preflight)).toEqual({
      status: 200,
      headers: { 'access-control-allow-origin': 'https://own.example' },
      events: 1,
    });
  });
});
