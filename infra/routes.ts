/** What a function may touch. The stack makes of each the narrowest grant, and the variables that go with it. */
export type Touches =
  | 'ticket-key'
  | 'genesys'
  | 'spend-tickets'
  | 'typing-state'
  | 'share-token'
  | 'delay-queue'
  | 'count-frames'
  | 'answer-clients'
  | 'push-to-clients'
  | 'enter-index'
  | 'leave-index'
  | 'read-index'
  | 'webhook-secret';

/** What it takes to bring typing upstream, and to end it again. */
const SENDS = ['ticket-key', 'genesys', 'share-token', 'typing-state', 'delay-queue'] as const;

/** What a route of frames needs, so that a flood of them ends. */
const GUARDS = ['count-frames', 'answer-clients'] as const;

export interface FunctionSpec {
  /** `functions/{handler}.ts` */
  handler: string;
  touches: readonly Touches[];
}

export interface Route extends FunctionSpec {
  /** `$connect`, `$disconnect`, `$default`, or the `type` of a client's frame. */
  route: string;
  /** Whether the body that the handler returns goes to the client; on a route that answers each frame. */
  answers?: boolean;
}

/** The one table of routes: the stack, the local run and the docs follow it. */
export const ROUTES: readonly Route[] = [
  { route: '$connect', handler: 'connect', touches: ['enter-index'] },
  { route: 'typing', handler: 'typing', touches: [...SENDS, ...GUARDS] },
  { route: '$default', handler: 'fallback', touches: GUARDS, answers: true },
  { route: '$disconnect', handler: 'disconnect', touches: [...SENDS, 'leave-index'] },
];

/** Opens the ticket of every new connection. */
export const AUTHORIZER: FunctionSpec = { handler: 'authorizer', touches: ['ticket-key', 'spend-tickets'] };

/** Gets what the delay queue brings back: guests who may have fallen silent. */
export const EXPIRE: FunctionSpec = { handler: 'expire', touches: SENDS };

export interface Webhook extends FunctionSpec {
  method: 'POST';
  path: string;
}

/** What Genesys calls: an HTTP API, whose functions look at the signature themselves. */
export const WEBHOOKS: readonly Webhook[] = [
  {
    method: 'POST',
    path: '/webhooks/open-messaging',
    handler: 'agent-typing',
    touches: ['webhook-secret', 'read-index', 'push-to-clients'],
  },
];
