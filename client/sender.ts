import { CLIENT_GAP_MS, CLIENT_IDLE_MS, CLIENT_REFRESH_MS } from './constants.ts';
import { makeDeadline } from './deadline.ts';
import { type EditorLike, isOpen, listen, ownPage, type PageLike, say } from './shapes.ts';
import type { SocketLike, TextFieldLike } from './shapes.ts';

export interface SenderOptions {
  /** What is written now, for an element without a `value`: `() => element.textContent`. It stays in the page. */
  text?: () => string | null;
  /** The window that the field is in, when it is not the script's own. */
  page?: PageLike;
  /**
   * True for the tickets of upstreams that know no "off", where the bubble lapses: `web-messaging`, `open-messaging`,
   * `agent-communication`. An "off" is then said only before a draft that follows quickly. With any other upstream the
   * bubble would stay until the relay ends it after its silence.
   */
  lapses?: boolean;
}

export interface TypingSender {
  /** Call it when the message was sent. */
  sent: () => void;
  /** Ends what is shown, unless it lapses, and lets go of the field. */
  stop: () => void;
}

/** The socket, or what answers with the one in use now; none while there is none. */
export type SocketSource = SocketLike | (() => SocketLike | null | undefined);

/**
 * Follows a text field and tells the relay when the guest begins and ceases to type: on at the first key, again at
 * most every 5 seconds while keys come, off after 6 seconds without one, on blur, on clear, on `sent()`, on pagehide.
 * With `options.lapses` no off, but where a draft begins within 5 seconds of the last on: its first key says off, the
 * next on. Only "on" and "off" leave the page.
 * @param socket a function is asked at every key, so that an app that reconnects can answer with its current socket
 * @param input an element without a `value`, such as a contenteditable one, needs `options.text`
 * @throws TypeError when there is neither
 */
export function typingSender(
  socket: SocketSource,
  input: TextFieldLike,
  options?: SenderOptions,
): TypingSender;
export function typingSender(
  socket: SocketSource,
  input: EditorLike,
  options: SenderOptions & Required<Pick<SenderOptions, 'text'>>,
): TypingSender;
export function typingSender(
  socket: SocketSource,
  input: EditorLike,
  { text, page = ownPage(), lapses = false }: SenderOptions = {},
): TypingSender {
  if (!text && typeof input.value !== 'string')
    throw new TypeError('The field has no value: give options.text');
  const read = text ?? (() => input.value);
  const state = makeTold(lapses);

  function onKey(): void {
    // A line break or blanks alone are what a key that sends leaves behind, not a draft.
    if (read()?.trim()) state.key(typeof socket === 'function' ? socket() : socket);
    else state.end();
  }

  const detach = [
    listen(input, ['input'], onKey),
    listen(input, ['blur'], state.end),
    listen(page, ['pagehide'], state.leave),
    listen(page, ['pageshow', 'visibilitychange'], state.resume),
  ];
  return {
    sent: state.end,
    stop() {
      for (const end of detach) end();
      state.leave();
    },
  };
}

interface Told {
  key: (socket: SocketLike | null | undefined) => void;
  end: () => void;
  leave: () => void;
  resume: () => void;
}

const isFresh = (at: number, now = performance.now()): boolean => now - at < CLIENT_REFRESH_MS;

/** What the relay was told last, and over which socket: a socket that closed has told nothing. */
function makeTold(lapses: boolean): Told {
  let told: { socket: SocketLike; at: number; isSpared: boolean; unlisten: () => void } | undefined;
  let lastOn = -Infinity;
  const idle = makeDeadline(off);

  function forget(): void {
    idle.clear();
    told?.unlisten();
    told = undefined;
  }
  function end(): void {
    if (!lapses) off();
    else if (told) told.isSpared = true;
  }
  /** Who comes after, on another connection, finds the relay as it is left. */
  function leave(): void {
    if (!lapses || (told && isFresh(told.at))) off();
    forget();
  }
  function off(): void {
    const last = told?.socket;
    forget();
    // The relay takes an off only from the connection that said on.
    if (last) say(last, { type: 'typing', data: { isTyping: false } });
  }
  function on(socket: SocketLike, now: number): void {
    if (now - lastOn < CLIENT_GAP_MS) return;
    forget();
    if (!say(socket, { type: 'typing', data: { isTyping: true } })) return;
    lastOn = now;
    told = { socket, at: now, isSpared: false, unlisten: listen(socket, ['close'], forget) };
  }

  return {
    key(socket) {
      if (!isOpen(socket)) {
        end();
        return;
      }
      const now = performance.now();
      const isShown = told !== undefined && isFresh(told.at, now);
      if (isShown && told?.isSpared) {
        // Without it the relay would take the new draft's on for a refresh that comes too soon. The next key says on:
        // API Gateway promises no order for two frames of one moment.
        off();
        return;
      }
      if (told?.socket !== socket || !isShown) on(socket, now);
      if (told && !lapses) idle.set(CLIENT_IDLE_MS, now);
    },
    end,
    leave,
    resume: idle.check,
  };
}
