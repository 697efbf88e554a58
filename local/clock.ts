/** Time as the gateway, the queues and the event sources see it, so that a test can turn it. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Calls back once, after this many ms; answers the function that calls it off. */
  readonly after: (ms: number, call: () => void) => () => void;
}

/** This machine's time. A timer of it keeps no process alive. */
export const systemClock: Clock = {
  now: Date.now,
  after: (ms, call) => {
    const timer = setTimeout(call, ms).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
