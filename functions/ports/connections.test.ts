import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AWS_VARIABLES } from '../../test/aws-variables.ts';
import { type Reply, serve } from '../../test/http-server.ts';
import type { ServerFrame } from '../relay/server-frames.ts';
import { openConnections } from './connections.ts';

const pong: ServerFrame = { type: 'pong' };
const tooMany: ServerFrame = {
  type: 'error',
  error: { code: 'too_many_frames', message: 'm', requestId: 'request-1' },
};

/** Answers with a frame to an API Gateway that answers so. */
async function answerWith(frame: ServerFrame, reply: Reply, afterwards = reply) {
  const replies = [reply, afterwards];
  const { url, seen } = await serve(() => replies.shift() ?? afterwards);
  vi.stubEnv('AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI', `${url}/v1`);
  await openConnections().answer('L0SM9cOFvHcCIhw=', frame, 'request-1');
  return seen;
}

describe('an answer to a client', () => {
  const path = '/v1/@connections/L0SM9cOFvHcCIhw%3D';
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  beforeEach(() => {
    for (const [name, value] of Object.entries(AWS_VARIABLES)) vi.stubEnv(name, value);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    error.mockClear();
  });

  it("is posted to the stage's callback URL, which the stack sets", async () => {
    const seen = await answerWith(pong, { status: 200 });
    expect(seen).toMatchObject([{ method: 'POST', path, body: '{"type":"pong"}' }]);
    expect(seen[0]?.headers.authorization).toContain('/eu-central-1/execute-api/aws4_request');
  });

  it('that may have arrived is not sent twice', async () => {
    const { url, seen } = await serve(() => 'drop');
    vi.stubEnv('AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI', url);
    await openConnections().answer('L0SM9cOFvHcCIhw=', pong, 'request-1');
    expect(seen).toHaveLength(1);
    expect(error).toHaveBeenCalledOnce();
  });

  it('that API Gateway is too busy for is sent once more', async () => {
    const seen = await answerWith(pong, { status: 429 }, { status: 200 });
    expect(seen).toHaveLength(2);
    expect(error).not.toHaveBeenCalled();
  });

  it('that is the last one is followed by the end of the connection', async () => {
    const seen = await answerWith(tooMany, { status: 200 });
    expect(seen).toMatchObject([
      { method: 'POST', path, body: JSON.stringify(tooMany) },
      { method: 'DELETE', path },
    ]);
  });

  it('that is the last one and cannot be sent is followed by the end all the same', async () => {
    const seen = await answerWith(tooMany, { status: 403 }, { status: 204 });
    expect(seen).toMatchObject([{ method: 'POST' }, { method: 'DELETE', path }]);
    expect(error).toHaveBeenCalledOnce();
  });

  it('whose connection is gone is no failure, with the error header and without it', async () => {
    await answerWith(pong, { status: 410, headers: { 'x-amzn-ErrorType': 'GoneException' } });
    await answerWith(pong, { status: 410 });
    expect(error).not.toHaveBeenCalled();
  });

  it('that API Gateway refuses leaves a log line with the request', async () => {
    await answerWith(pong, { status: 403, headers: { 'x-amzn-ErrorType': 'ForbiddenException' } });
    expect(error).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'answer_not_sent', requestId: 'request-1' }),
    );
  });
});
