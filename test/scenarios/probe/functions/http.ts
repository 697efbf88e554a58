import { setTimeout as wait } from 'node:timers/promises';
import { httpEvent, PROBE_TOKEN } from './events.ts';

/** Longer than its integration waits. */
const LATE_MS = 5_000;

/** Answers as the route's name says, to whoever has the token. */
export const handler = async (raw: unknown): Promise<unknown> => {
  const { headers, routeKey } = httpEvent.parse(raw);
  if (headers['x-probe-token'] !== PROBE_TOKEN) return { statusCode: 403 };
  switch (routeKey) {
    case 'GET /answer':
      return {
        statusCode: 418,
        headers: { 'X-Probe': 'yes', 'Content-Type': 'text/x-probe' },
        cookies: ['a=1; Path=/', 'b=2'],
        body: 'short and stout',
      };
    case 'GET /bytes':
      return {
        statusCode: 200,
        headers: { 'Content-Type': 'application/octet-stream' },
        body: Buffer.from([0, 255, 128]).toString('base64'),
        isBase64Encoded: true,
      };
    case 'GET /throw':
      throw new Error('throws, as it was asked to');
    case 'GET /late':
      await wait(LATE_MS);
      return { statusCode: 200 };
    default:
      // No status: the whole value is the body.
      return { event: raw };
  }
};
