import { describe, expect, it, onTestFinished } from 'vitest';
import { like } from '../../local/fixture.ts';
import type { Answer } from '../../local/lambda/runtime.ts';
import { type RuntimeApi, startRuntimeApi } from './runtime-api.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:Fn';
const INVOCATION = { requestId: 'id-1', event: '{"a":1}', deadline: 1_700_000_000_000 };

async function start(): Promise<RuntimeApi & { answers: Answer[]; call: Call }> {
  const answers: Answer[] = [];
  const api = await startRuntimeApi({ arn: ARN, onAnswer: (answer) => answers.push(answer) });
  onTestFinished(api.close);
  const call: Call = (path, body) =>
    fetch(
      `http://${api.host}/2018-06-01/runtime/${path}`,
      body === undefined ? {} : { method: 'POST', body },
    );
  return { ...api, answers, call };
}

type Call = (path: string, body?: string) => Promise<Response>;

describe('the Runtime API', () => {
  it('is told that INIT is over by the first question for an event, and gives that event with its headers', async () => {
    const { post, call, answers } = await start();
    const asked = call('invocation/next');
    post(INVOCATION);
    const response = await asked;
    expect(answers).toEqual([{ kind: 'ready' }]);
    expect(await response.json()).toEqual({ a: 1 });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'lambda-runtime-aws-request-id': 'id-1',
      'lambda-runtime-deadline-ms': '1700000000000',
      'lambda-runtime-invoked-function-arn': ARN,
      'lambda-runtime-trace-id': like(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/),
    });
  });

  it('takes one answer for an event, and no other', async () => {
    const { post, call, answers } = await start();
    post(INVOCATION);
    await call('invocation/next');
    expect((await call('invocation/other/response', '1')).status).toBe(400);
    expect((await call('invocation/id-1/response', '{"b":2}')).status).toBe(202);
    expect((await call('invocation/id-1/response', '3')).status).toBe(400);
    expect(answers.slice(1)).toEqual([{ kind: 'value', value: '{"b":2}' }]);
  });

  it('takes an error of an event, and of INIT', async () => {
    const { post, call, answers } = await start();
    const body = JSON.stringify({ errorType: 'RangeError', errorMessage: 'far', trace: [] });
    await call('init/error', body);
    post(INVOCATION);
    await call('invocation/next');
    await call('invocation/id-1/error', body);
    const error = { type: 'RangeError', message: 'far' };
    expect(answers).toEqual([{ kind: 'init-error', error }, { kind: 'ready' }, { kind: 'error', error }]);
  });

  it('refuses an answer of more than 6 MB, which ends its event', async () => {
    const { post, call, answers } = await start();
    post(INVOCATION);
    await call('invocation/next');
    expect((await call('invocation/id-1/response', 'x'.repeat(6 * 1024 * 1024 + 1))).status).toBe(413);
    expect(answers.at(-1)).toMatchObject({ error: { type: 'Function.ResponseSizeTooLarge' } });
  });

  it('knows no other path', async () => {
    const { call } = await start();
    expect((await call('else')).status).toBe(404);
    expect((await call('else', '')).status).toBe(404);
  });
});
