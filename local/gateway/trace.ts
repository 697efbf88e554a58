/** One step on the way of a message. Never holds a header, a query string or an authorizer's context. */
export interface TraceEvent {
  readonly kind: 'connect' | 'refused' | 'frame-in' | 'invoke' | 'frame-out' | 'disconnect';
  /** Epoch ms. */
  readonly at: number;
  readonly connectionId?: string;
  /** What belongs to one request of the client has one id; what a function sends by `@connections` has none. */
  readonly requestId?: string;
  readonly routeKey?: string;
  /** The function's logical name. */
  readonly function?: string;
  readonly ms?: number;
  readonly coldStart?: boolean;
  readonly ok?: boolean;
  /** HTTP status of a refusal, close code of a disconnect. */
  readonly status?: number;
  /** The text of a frame. */
  readonly body?: string;
}
