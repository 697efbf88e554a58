import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { type MessageEvent, messageEvent, type ProbeAnswer } from './events.ts';
import { callManagement } from './management.ts';

/** Longer than the time-outs that it is to pass, which are a second. */
const LATE_MS = 5_000;

/** Soon enough for the integration's 29 s and the function's 28 s. */
const HELD_AT_MOST_MS = 25_000;
const HOLD_STEP_MS = 50;

/** This environment's own: what a scenario knows it by. */
const environment = { id: randomUUID(), events: 0, running: 0, mostAtOnce: 0 };

const connectionsFrame = z.object({
  verb: z.enum(['POST', 'GET', 'DELETE']),
  connectionId: z.string(),
  text: z.string().default(''),
  /** Bytes to send instead of the text. */
  size: z.number().optional(),
});
const holdFrame = z.object({ until: z.string() });

const answer = (body: unknown): ProbeAnswer => ({ statusCode: 200, body: JSON.stringify(body) });

/** The event without its body, which may be as large as a message can be, and which environment had it. */
function echo({ body }: MessageEvent, raw: object): ProbeAnswer {
  const event = Object.fromEntries(Object.entries(raw).filter(([key]) => key !== 'body'));
  const { id, events, mostAtOnce } = environment;
  const { n } = z.looseObject({ n: z.number().optional() }).parse(JSON.parse(body));
  return answer({ keys: Object.keys(raw), event, bytes: Buffer.byteLength(body), n, id, events, mostAtOnce });
}

/** Answers once another connection is gone: what comes meanwhile comes at the same time, on any machine. */
async function hold({ body }: MessageEvent): Promise<ProbeAnswer> {
  const { until } = holdFrame.parse(JSON.parse(body));
  const end = Date.now() + HELD_AT_MOST_MS;
  while (Date.now() < end) {
    const { status } = await callManagement('POST', until, 'held');
    const { id, mostAtOnce } = environment;
    if (status === 410) return answer({ held: true, id, mostAtOnce });
    await wait(HOLD_STEP_MS);
  }
  throw new Error('held for too long');
}

async function run(event: MessageEvent, raw: object): Promise<ProbeAnswer> {
  const { routeKey, connectionId } = event.requestContext;
  switch (routeKey) {
    case 'echo':
      return echo(event, raw);
    case 'quiet':
      await callManagement('POST', connectionId, 'ran');
      return { statusCode: 200, body: 'dropped, for the route has no response' };
    case 'late':
    case 'late-function':
      await wait(LATE_MS);
      return answer('late');
    case 'connections': {
      const { verb, connectionId: to, text, size } = connectionsFrame.parse(JSON.parse(event.body));
      return answer(await callManagement(verb, to, size === undefined ? text : 'x'.repeat(size)));
    }
    case 'hold':
      return hold(event);
    default:
      throw new Error(`${routeKey} throws, as it was asked to`);
  }
}

/** Does what the frame's type says. */
export const handler = async (raw: object): Promise<ProbeAnswer> => {
  environment.events += 1;
  environment.running += 1;
  environment.mostAtOnce = Math.max(environment.mostAtOnce, environment.running);
  try {
    return await run(messageEvent.parse(raw), raw);
  } finally {
    environment.running -= 1;
  }
};
