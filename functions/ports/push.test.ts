import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AWS_VARIABLES } from '../../test/aws-variables.ts';
import { type Reply, serve } from '../../test/http-server.ts';
import { makePush } from './push.ts';

/** Pushes a frame by the real SDK client, to an API Gateway that answers so. */
async function pushTo(reply: Reply) {
  const { url, seen } = await serve(() => reply);
  vi.stubEnv('AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI', `${url}/v1`);
  return { seen, pushed: makePush()('L0SM9cOFvHcCIhw=', { type: 'pong' }) };
}

describe('a frame that nobody asked for', () => {
  beforeEach(() => {
    for (const [name, value] of Object.entries(AWS_VARIABLES)) vi.stubEnv(name, value);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("is posted to the stage's callback URL, which the stack sets", async () => {
    const { seen, pushed } = await pushTo({ status: 200 });
    expect(await pushed).toBe('sent');
    const path = '/v1/@connections/L0SM9cOFvHcCIhw%3D';
    expect(seen).toMatchObject([{ method: 'POST', path, body: '{"type":"pong"}' }]);
  });

  it.each([{}, { 'x-amzn-ErrorType': 'GoneException' }])(
    'whose connection is gone is told as that, by the status and not by the name: %j',
    async (headers) => {
      expect(await (await pushTo({ status: 410, headers })).pushed).toBe('gone');
    },
  );

  it('that API Gateway refuses throws', async () => {
    await expect((await pushTo({ status: 403 })).pushed).rejects.toThrow();
  });
});
