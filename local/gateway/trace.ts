/** One step on the way of a message. Never holds a header, a query string or an authorizer's context but for the principal. */
export interface TraceEvent {
  readonly kind:
    | 'connect'
    | 'refused'
    | 'frame-in'
    | 'http-in'
    | 'invoke'
    | 'handled'
    | 'frame-out'
    | 'http-out'
    | 'disconnect';
  /** Epoch ms. */
  readonly at: number;
  readonly connectionId?: string;
  /** Of a connection that opened: whom its authorizer let in. */
  readonly principalId?: string;
  /** What belongs to one request of the client has one id; what a function sends by `@connections` has none. */
  readonly requestId?: string;
  /** A queue's invocation has the word `queue`. */
  readonly routeKey?: string;
  /** The function's logical name. */
  readonly function?: string;
  readonly ms?: number;
  readonly coldStart?: boolean;
  readonly ok?: boolean;
  /** HTTP status of a refusal or an answer, close code of a disconnect. */
  readonly status?: number;
  /** The text of a frame, or the body of an HTTP request. */
  readonly body?: string;
  /** What the function says it did, in its own words. */
  readonly handled?: HandledTrace;
}

/** See `Handled` of the functions: words of closed sets, and milliseconds. */
export interface HandledTrace {
  readonly event: string;
  readonly outcome: string;
  /** The upstream's kind. */
  readonly kind?: string | undefined;
  readonly error?: string | undefined;
  readonly reason?: string | undefined;
  readonly upstreamMs?: number | undefined;
}
