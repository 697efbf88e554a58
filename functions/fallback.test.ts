import { beforeEach, expect, it, vi } from 'vitest';
import type { FloodGuard } from './relay/flood.ts';
import type { Tell } from './relay/handled.ts';

const tell = vi.fn<Tell>();
const countFrame = vi.fn<FloodGuard>();
const answer = vi.fn(() => Promise.resolve());
vi.mock('./ports/tell.ts', () => ({ openTell: () => tell }));
vi.mock('./ports/counter.ts', () => ({ openCounter: () => countFrame }));
vi.mock('./ports/connections.ts', () => ({ openConnections: () => ({ answer }) }));
const { handler } = await import('./fallback.ts');

const send = async (body: string): Promise<unknown> => {
  const requestContext = {
    eventType: 'MESSAGE',
    connectionId: 'c=',
    connectedAt: 1_000,
    requestId: 'r',
    requestTimeEpoch: 2_000,
    authorizer: { session: 'sealed' },
  };
  const { statusCode, body: text } = await handler({ body, requestContext });
  expect(statusCode).toBe(200);
  return text === '' ? undefined : JSON.parse(text);
};

beforeEach(() => {
  vi.resetAllMocks();
  countFrame.mockResolvedValue({ flood: false });
});

it.each([
  ['{"type":"ping"}', { type: 'pong' }, { outcome: 'answered' }],
  ['{"type":"sing"}', { error: { code: 'unknown_type' } }, { outcome: 'refused', error: 'unknown_type' }],
  ['nonsense', { error: { code: 'bad_json' } }, { outcome: 'refused', error: 'bad_json' }],
])('answers %s by its route response, and tells what became of it', async (body, answered, became) => {
  expect(await send(body)).toMatchObject(answered);
  expect(tell.mock.calls).toMatchObject([
    [[{ event: 'frame', requestId: 'r', connectionId: 'c=', ...became }]],
  ]);
});

it('answers a flood no more, but for the one that says why', async () => {
  const last = { type: 'error', error: { code: 'too_many_frames', message: 'm', requestId: 'r' } } as const;
  countFrame.mockResolvedValueOnce({ flood: true, last }).mockResolvedValueOnce({ flood: true });
  expect(await send('{"type":"ping"}')).toBeUndefined();
  expect(await send('{"type":"ping"}')).toBeUndefined();
  expect(answer).toHaveBeenCalledExactlyOnceWith('c=', last, 'r');
  expect(tell.mock.lastCall).toMatchObject([[{ outcome: 'refused', error: 'too_many_frames' }]]);
});
