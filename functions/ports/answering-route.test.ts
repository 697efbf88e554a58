import { beforeEach, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { RelayError } from '../relay/errors.ts';
import type { FloodGuard } from '../relay/flood.ts';
import type { Tell } from '../relay/handled.ts';
import type { ServerFrame } from '../relay/server-frames.ts';
import type { Connections } from './connections.ts';

const countFrame = vi.fn<FloodGuard>();
const tell = vi.fn<Tell>();
const sendAnswer = vi.fn<Connections['answer']>();
vi.mock('./counter.ts', () => ({ openCounter: () => countFrame }));
vi.mock('./tell.ts', () => ({ openTell: () => tell }));
vi.mock('./connections.ts', () => ({ openConnections: () => ({ answer: sendAnswer }) }));
const { openAnsweringRoute } = await import('./answering-route.ts');

const answer = vi.fn<Parameters<typeof openAnsweringRoute>[0]>();
const handler = openAnsweringRoute(answer);
const ids = { connectionId: 'connection-1', requestId: 'request-1' };
const last: ServerFrame = { type: 'error', error: { code: 'too_many_frames', message: 'm', requestId: 'r' } };

const send = (body?: string) =>
  handler({
    body,
    requestContext: {
      ...ids,
      eventType: 'MESSAGE',
      connectedAt: 1_000,
      requestTimeEpoch: 2_000,
      authorizer: { session: 'sealed' },
    },
  });

beforeEach(() => {
  vi.resetAllMocks();
  countFrame.mockResolvedValue({ flood: false });
  answer.mockReturnValue({ type: 'pong' });
});

it('returns the answer, for the route response to send, and tells that it answered', async () => {
  expect(await send('{"type":"ping"}')).toEqual({ statusCode: 200, body: '{"type":"pong"}' });
  expect(answer).toHaveBeenCalledExactlyOnceWith({ body: '{"type":"ping"}', connectedAt: 1_000 });
  expect(countFrame).toHaveBeenCalledExactlyOnceWith({ ...ids, receivedAt: 2_000 });
  expect(tell).toHaveBeenCalledExactlyOnceWith([{ event: 'frame', outcome: 'answered', ...ids }]);
});

it('waits for an answer that takes its time, and for its refusal', async () => {
  answer.mockResolvedValueOnce({ type: 'late' });
  expect(await send('{}')).toMatchObject({ body: '{"type":"late"}' });
  answer.mockRejectedValueOnce(new RelayError('bad_frame', 'Do this.'));
  expect((await send('{}')).body).toContain('"code":"bad_frame"');
});

it('takes a message without a body for an empty one', async () => {
  await send();
  expect(answer).toHaveBeenCalledExactlyOnceWith({ body: '', connectedAt: 1_000 });
});

it("answers a refusal with an error frame that has the frame's id, and tells its code", async () => {
  answer.mockImplementation(() => {
    throw new RelayError('bad_frame', 'Do this.');
  });
  const { statusCode, body } = await send('{"id":"7"}');
  const error = { code: 'bad_frame', message: 'Do this.', requestId: 'request-1', id: '7' };
  expect({ statusCode, frame: z.unknown().parse(JSON.parse(body)) }).toEqual({
    statusCode: 200,
    frame: { type: 'error', error },
  });
  expect(tell).toHaveBeenCalledExactlyOnceWith([
    { event: 'frame', outcome: 'refused', error: 'bad_frame', ...ids },
  ]);
});

it('leaves a fault of its own to Lambda', async () => {
  answer.mockImplementation(() => {
    throw new TypeError('a fault');
  });
  await expect(send('{}')).rejects.toThrow('a fault');
});

it.each([[last], [undefined]])('answers no frame of a flood, and ends it once: %j', async (frame) => {
  countFrame.mockResolvedValue({ flood: true, ...(frame && { last: frame }) });
  expect(await send('{"type":"ping"}')).toEqual({ statusCode: 200, body: '' });
  expect(answer).not.toHaveBeenCalled();
  expect(sendAnswer.mock.calls).toEqual(frame ? [['connection-1', frame, 'request-1']] : []);
  expect(tell).toHaveBeenCalledExactlyOnceWith([
    { event: 'frame', outcome: 'refused', error: 'too_many_frames', ...ids },
  ]);
});
