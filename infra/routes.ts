/** What a function may touch. The stack makes of each the narrowest grant, and the variables that go with it. */
export type Touches = 'ticket-key' | 'genesys' | 'spend-tickets' | 'answer-clients';

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
  { route: '$connect', handler: 'connect', touches: [] },
  { route: 'typing', handler: 'typing', touches: ['ticket-key', 'genesys', 'answer-clients'] },
  { route: '$default', handler: 'fallback', touches: [], answers: true },
  { route: '$disconnect', handler: 'disconnect', touches: ['ticket-key', 'genesys'] },
];

/** Opens the ticket of every new connection. */
export const AUTHORIZER: FunctionSpec = { handler: 'authorizer', touches: ['ticket-key', 'spend-tickets'] };
