/** What is needed of the page's own objects: shapes, so that a wrapper or a test's stand-in does as well. */

/** Something that has events. What an event holds is looked at by the one who needs it. */
export interface Listenable<Name extends string> {
  addEventListener(type: Name, listener: (event: object) => void): void;
  removeEventListener(type: Name, listener: (event: object) => void): void;
}

/** A `WebSocket`, or what has its shape. */
export interface SocketLike extends Listenable<'open' | 'close' | 'message'> {
  /** 1 while it is open. */
  readonly readyState: number;
  send(data: string): void;
}

/** An element that text is written in; with `value` when it is an `<input>` or a `<textarea>`. */
export interface EditorLike extends Listenable<'input' | 'blur'> {
  readonly value?: string;
}

/** An `<input>` or a `<textarea>`. */
export interface TextFieldLike extends EditorLike {
  readonly value: string;
}

/** The window that the chat is in. */
export type PageLike = Listenable<'pagehide' | 'pageshow' | 'visibilitychange'>;

export type Frame = { type: 'typing'; data: { isTyping: boolean } } | { type: 'ping' };

const OPEN = 1;

/** True while frames can go out. */
export const isOpen = (socket: SocketLike | null | undefined): socket is SocketLike =>
  socket?.readyState === OPEN;

/**
 * Sends a frame if the socket is open: nothing waits for a socket that is not.
 * @returns whether it was handed over; a typing frame that was not must never look like a message that failed
 */
export function say(socket: SocketLike, frame: Frame): boolean {
  if (!isOpen(socket)) return false;
  try {
    socket.send(JSON.stringify(frame));
    return true;
  } catch {
    return false;
  }
}

const isPage = (value: object): value is PageLike => 'addEventListener' in value;

const NO_PAGE: PageLike = { addEventListener: () => undefined, removeEventListener: () => undefined };

/** The window that this script runs in; outside a browser, one in which nothing happens. */
export const ownPage = (): PageLike => (isPage(globalThis) ? globalThis : NO_PAGE);

/** Listens to several events with one listener. @returns what ends it */
export function listen<Name extends string>(
  source: Listenable<Name>,
  names: readonly Name[],
  listener: (event: object) => void,
): () => void {
  for (const name of names) source.addEventListener(name, listener);
  return () => {
    for (const name of names) source.removeEventListener(name, listener);
  };
}
