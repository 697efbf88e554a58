import type { ServerResponse } from 'node:http';

import type { OrgEvent } from '../genesys/events.ts';
import type { TraceEvent } from '../gateway/trace.ts';
import type { FeedEvent } from './app/wire.ts';

/** Calls the listener from now on; answers the function that stops it. */
export type Subscribe<T> = (listener: (event: T) => void) => () => void;

export interface StreamOptions {
  trace: Subscribe<TraceEvent>;
  org: { onEvent: Subscribe<OrgEvent> };
}

const HEARTBEAT_MS = 15_000;
/** A page that reads more slowly than this many bytes is cut off; the browser then begins anew. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/** Streams what happens at the gateway and at the org as server-sent events, until the reader leaves. */
export function streamEvents(response: ServerResponse, { trace, org }: StreamOptions): void {
  response.setHeader('Content-Type', 'text/event-stream');
  response.writeHead(200);
  // Something has to be written for the headers to go out.
  response.write('retry: 1000\n\n');
  const tell = (event: FeedEvent): void => {
    response.write(`data: ${JSON.stringify(event)}\n\n`);
    if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
  };
  const heartbeat = setInterval(() => response.write(': \n\n'), HEARTBEAT_MS).unref();
  const stops = [
    trace((event) => {
      tell({ source: 'gateway', event });
    }),
    org.onEvent((event) => {
      tell({ source: 'org', event });
    }),
  ];
  response.on('close', () => {
    clearInterval(heartbeat);
    for (const stop of stops) stop();
  });
}
