/** While keys come, "on" is said again this often. */
const REFRESH_MS = 5_000;
/** Without a key for so long, the guest counts as no longer typing. */
const IDLE_MS = 6_000;
/** API Gateway closes a connection after 10 idle minutes. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const PING_MS = 5 * 60_000;

export type GuestFrame = { type: 'typing'; data: { isTyping: boolean } } | { type: 'ping' };

export interface TypingSender {
  /** The box changed; takes what is in it now. */
  input(text: string): void;
  /** The message was sent, or the box lost its focus. */
  stop(): void;
  opened(): void;
  closed(): void;
}

/**
 * Turns key strokes into as few typing frames as keep the bubble right.
 * @param send answers whether the frame went out; it does not while the socket is not open
 */
export function makeTypingSender(send: (frame: GuestFrame) => boolean): TypingSender {
  let lastOn: number | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;
  let ping: ReturnType<typeof setInterval> | undefined;

  const say = (isTyping: boolean): boolean => send({ type: 'typing', data: { isTyping } });

  function forget(): void {
    clearTimeout(idle);
    lastOn = undefined;
  }
  function stop(): void {
    if (lastOn !== undefined) say(false);
    forget();
  }

  return {
    input(text) {
      if (text === '') {
        stop();
        return;
      }
      const now = Date.now();
      if ((lastOn === undefined || now - lastOn >= REFRESH_MS) && say(true)) lastOn = now;
      clearTimeout(idle);
      idle = setTimeout(stop, IDLE_MS);
    },
    stop,
    opened() {
      clearInterval(ping);
      ping = setInterval(() => send({ type: 'ping' }), PING_MS);
    },
    closed() {
      clearInterval(ping);
      forget();
    },
  };
}
