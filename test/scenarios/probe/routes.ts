/** The one table of the probe: its stack follows it, and through the template every local run of it. */

export interface ProbeFunction {
  /** `functions/{handler}.ts` */
  handler: string;
  timeoutSeconds: number;
}

export const FUNCTIONS = {
  Authorizer: { handler: 'authorizer', timeoutSeconds: 10 },
  Connect: { handler: 'connect', timeoutSeconds: 10 },
  Disconnect: { handler: 'disconnect', timeoutSeconds: 10 },
  Message: { handler: 'message', timeoutSeconds: 28 },
  /** Passes its own time-out, where the other passes its integration's. */
  Brief: { handler: 'message', timeoutSeconds: 1 },
  Http: { handler: 'http', timeoutSeconds: 10 },
} satisfies Record<string, ProbeFunction>;
type FunctionName = keyof typeof FUNCTIONS;

export interface ProbeRoute {
  /** An event of API Gateway's, or the `type` of a frame; there is no `$default`. */
  route: string;
  runs: FunctionName;
  /** Whether the body that the function returns goes to the client. */
  answers?: boolean;
  /** How long the integration waits, where that is less than its usual 29 s. */
  timeoutSeconds?: number;
}

export const ROUTES: readonly ProbeRoute[] = [
  { route: '$connect', runs: 'Connect' },
  { route: '$disconnect', runs: 'Disconnect' },
  { route: 'echo', runs: 'Message', answers: true },
  { route: 'quiet', runs: 'Message' },
  { route: 'throw', runs: 'Message', answers: true },
  { route: 'late', runs: 'Message', answers: true, timeoutSeconds: 1 },
  { route: 'late-function', runs: 'Brief', answers: true },
  { route: 'connections', runs: 'Message', answers: true },
  { route: 'hold', runs: 'Message', answers: true },
];

export interface ProbeHttpRoute {
  method: 'ANY' | 'GET';
  path: string;
  timeoutSeconds?: number;
}

export const HTTP_ROUTES: readonly ProbeHttpRoute[] = [
  { method: 'ANY', path: '/echo/{name}' },
  { method: 'GET', path: '/answer' },
  { method: 'GET', path: '/bytes' },
  { method: 'GET', path: '/throw' },
  { method: 'GET', path: '/late', timeoutSeconds: 1 },
];
