import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Reply, serve } from '../../test/http-server.ts';
import { makeConnections } from './connections.ts';

const pong = { type: 'pong' as const };

/** Sends a frame by the real SDK client to an API Gateway that answers so. */
async function sendTo(reply: Reply) {
  const { url, seen } = await serve(() => reply);
  vi.stubEnv('AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI', `${url}/v1`);
  return { seen, sending: makeConnections().send('L0SM9cOFvHcCIhw=', pong) };
}

describe('a frame to a client', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("is posted to the stage's callback URL, which the stack sets", async () => {
    const { seen, sending } = await sendTo({ status: 200 });
    expect(await sending).toBe('sent');
    expect(seen).toMatchObject([
      { method: 'POST', path: '/v1/@connections/L0SM9cOFvHcCIhw%3D', body: '{"type":"pong"}' },
    ]);
  });

  it('whose connection is gone is no failure, with the error header and without it', async () => {
    const { sending } = await sendTo({ status: 410, headers: { 'x-amzn-ErrorType': 'GoneException' } });
    expect(await sending).toBe('gone');
    expect(await (await sendTo({ status: 410 })).sending).toBe('gone');
  });

  it('that API Gateway refuses fails', async () => {
    const { sending } = await sendTo({ status: 403, headers: { 'x-amzn-ErrorType': 'ForbiddenException' } });
    await expect(sending).rejects.toThrow();
  });
});
