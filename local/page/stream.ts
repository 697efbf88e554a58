import type { ServerResponse } from 'node:http';

import type { TraceEvent } from '../gateway/trace.ts';
import type { OrgEvent, Screen } from '../genesys/org-events.ts';
import { startEventStream } from '../http/event-stream.ts';
import type { Subscribe } from '../listeners.ts';
import type { FeedEvent } from './app/wire.ts';

export interface StreamOptions {
  trace: Subscribe<TraceEvent>;
  org: { onEvent: Subscribe<OrgEvent>; currentScreen: (conversationId: string) => Screen | undefined };
}

/**
 * Streams what happens at the gateway and at the org as server-sent events, until the reader leaves.
 * @param conversationId its screen comes first: the reader may have missed changes of it, or the start of a new run
 */
export function streamEvents(
  response: ServerResponse,
  conversationId: string,
  { trace, org }: StreamOptions,
): void {
  const write = startEventStream(response, 'retry: 1000');
  const tell = (event: FeedEvent): void => {
    write(event);
  };
  const screen = org.currentScreen(conversationId);
  if (screen !== undefined) tell({ source: 'org', event: screen });
  else if (conversationId !== '') tell({ source: 'page', unknown: conversationId });
  const stops = [
    trace((event) => {
      tell({ source: 'gateway', event });
    }),
    org.onEvent((event) => {
      tell({ source: 'org', event });
    }),
  ];
  response.on('close', () => {
    for (const stop of stops) stop();
  });
}
