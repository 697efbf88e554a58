import { EXPIRY_MAX_MS, EXPIRY_MS } from './constants.ts';
import { makeDeadline } from './deadline.ts';
import { listen, ownPage, type PageLike, type SocketLike } from './shapes.ts';

export interface ReceiverOptions {
  /** The window that the chat is in, when it is not the script's own. */
  page?: PageLike;
}

export interface TypingReceiver {
  /** Call it when the agent's message was shown. */
  message: () => void;
  /** Hides what is shown and lets go of the socket. */
  stop: () => void;
}

/**
 * Tells when to show that the agent types, and when to hide it: on an off, when the "on" has expired, when the agent's
 * message came, when the socket closes. Frames of other types, and what is no frame at all, pass by.
 * @param show called with true and false in turn, true first
 */
export function typingReceiver(
  socket: SocketLike,
  show: (isTyping: boolean) => void,
  { page = ownPage() }: ReceiverOptions = {},
): TypingReceiver {
  let shown = false;
  const expiry = makeDeadline(hide);

  function change(isTyping: boolean): void {
    if (shown === isTyping) return;
    shown = isTyping;
    show(isTyping);
  }
  function hide(): void {
    expiry.clear();
    change(false);
  }
  function onFrame(event: object): void {
    const ms = readTyping(event);
    if (ms === undefined) return;
    if (ms === 0) {
      hide();
      return;
    }
    expiry.set(ms);
    change(true);
  }

  const detach = [
    listen(socket, ['message'], onFrame),
    listen(socket, ['close'], hide),
    listen(page, ['pageshow', 'visibilitychange'], expiry.check),
  ];
  return {
    message: hide,
    stop() {
      for (const end of detach) end();
      hide();
    },
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** How long a typing frame shows, 0 when it hides; undefined for whatever is no typing frame. */
function readTyping(event: object): number | undefined {
  if (!('data' in event) || typeof event.data !== 'string') return undefined;
  const frame = parse(event.data);
  if (!isRecord(frame) || frame['type'] !== 'typing' || !isRecord(frame['data'])) return undefined;
  const { isTyping, expiresInMs } = frame['data'];
  if (typeof isTyping !== 'boolean') return undefined;
  if (!isTyping) return 0;
  return typeof expiresInMs === 'number' ? Math.min(Math.max(expiresInMs, 1), EXPIRY_MAX_MS) : EXPIRY_MS;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
