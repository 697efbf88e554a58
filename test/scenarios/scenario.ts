import type { Http, Probe, Relay } from './parts.ts';

/** What a scenario proves: the rows of docs/local-run.md's table of what the client sees, and three beside it. */
export const ROWS = {
  authorizer: 'authorizer denies / identity source missing',
  connect: '$connect handler returns non-2xx / throws',
  noRoute: 'no route and no $default',
  failure: 'handler throws or passes its timeout',
  tooLarge: 'frame > 32 KB, message > 128 KB',
  binary: 'binary',
  life: 'idle 10 min, 2 h',
  subprotocol: 'subprotocol returned by $connect',
  context: 'authorizer context',
  concurrent: 'messages of one connection',
  connections: '@connections',
  disconnect: 'DISCONNECT event',
  environments: 'environments',
  events: 'events and route responses',
  httpApi: 'HTTP API, payload format 2.0',
  protocol: "the relay's protocol",
} as const;
type Row = (typeof ROWS)[keyof typeof ROWS];

interface Said {
  /** A sentence that no other scenario has. */
  readonly name: string;
  readonly row: Row;
  /** It waits for a limit of minutes or hours. */
  readonly slow?: 'idle' | 'life';
}

/**
 * A conversation with one of the two applications, which throws a `Difference` where it goes otherwise than on AWS.
 * It waits by answers only, never by time.
 */
export type Scenario = Said &
  (
    | { readonly app: 'relay'; readonly run: (relay: Relay) => Promise<void> }
    | { readonly app: 'probe'; readonly run: (probe: Probe) => Promise<void> }
    | { readonly app: 'http'; readonly run: (http: Http) => Promise<void> }
  );

export const onRelay = (row: Row, name: string, run: (relay: Relay) => Promise<void>): Scenario => ({
  app: 'relay',
  row,
  name,
  run,
});

export const onProbe = (
  row: Row,
  name: string,
  run: (probe: Probe) => Promise<void>,
  slow?: 'idle' | 'life',
): Scenario => ({ app: 'probe', row, name, run, ...(slow !== undefined && { slow }) });

/** With the HTTP API of the probe. */
export const onHttp = (row: Row, name: string, run: (http: Http) => Promise<void>): Scenario => ({
  app: 'http',
  row,
  name,
  run,
});
