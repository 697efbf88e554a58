import { WebSocket } from 'ws';
import { Difference } from './difference.ts';

/** What a client sees of its connection, in order: frames, and at last its end. */
export type Seen = { text: string } | { binary: Buffer } | { code: number; reason: string };

export interface Client {
  send: (frame: object | string) => void;
  /** Sends a message as this binary or these text frames. */
  sendFrames: (frames: readonly string[]) => void;
  sendBinary: (bytes: Buffer) => void;
  /** What comes next; once the connection has ended, its end again and again. */
  next: () => Promise<Seen>;
  /** The next frame, as JSON where it is that. @throws Difference when the connection ends instead */
  nextFrame: () => Promise<unknown>;
  /** Sends a frame and waits for the next one. */
  ask: (frame: object | string) => Promise<unknown>;
  /** Begins to close; without a code the close frame is empty. */
  close: (code?: number, reason?: string) => void;
  /** Vanishes without a close frame. */
  vanish: () => void;
}

export interface OpenOptions {
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an upgrade request was answered with: 101 for a socket. */
export interface Upgrade {
  readonly status: number;
  readonly subprotocol: string | undefined;
}

/** The sockets of one scenario. */
export interface Sockets {
  /** Opens a connection. @throws Difference when the upgrade is refused */
  readonly open: (url: string, options?: OpenOptions) => Promise<Client>;
  /** Asks for a connection, and gives it up at once. */
  readonly upgrade: (url: string, options?: OpenOptions) => Promise<Upgrade>;
  /** Waits for a promise; what it is for stands in `awaited` meanwhile. */
  readonly waitFor: <T>(what: string, promise: Promise<T>) => Promise<T>;
  /** What is waited for, for the message of a scenario that passes its deadline. */
  readonly awaited: () => string;
  /** Drops every connection. */
  readonly close: () => void;
}

export function makeSockets(): Sockets {
  const opened = new Set<WebSocket>();
  const awaited = new Set<{ what: string }>();
  async function waitFor<T>(what: string, promise: Promise<T>): Promise<T> {
    const entry = { what };
    awaited.add(entry);
    try {
      return await promise;
    } finally {
      awaited.delete(entry);
    }
  }
  function start(url: string, { protocols = [], headers = {} }: OpenOptions = {}): WebSocket {
    // API Gateway negotiates no compression, and with it the sizes of frames would not be those that were sent.
    const socket = new WebSocket(url, [...protocols], { headers, perMessageDeflate: false });
    opened.add(socket);
    return socket;
  }
  return {
    open: async (url, options) => {
      const socket = start(url, options);
      const client = makeClient(socket, waitFor);
      await waitFor('the connection', untilOpen(socket));
      return client;
    },
    upgrade: (url, options) => {
      const socket = start(url, options);
      return waitFor('the answer to the upgrade', answerOf(socket)).finally(() => {
        socket.terminate();
      });
    },
    waitFor,
    awaited: () => [...awaited].map(({ what }) => what).join(' and ') || 'nothing on the network',
    close: () => {
      for (const socket of opened) {
        socket.on('error', () => undefined);
        socket.terminate();
      }
    },
  };
}

function answerOf(socket: WebSocket): Promise<Upgrade> {
  return new Promise((resolve, reject) => {
    socket.once('upgrade', ({ headers }) => {
      resolve({ status: 101, subprotocol: headers['sec-websocket-protocol'] });
    });
    socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
      resolve({ status: statusCode, subprotocol: undefined });
    });
    socket.on('error', reject);
  });
}

function untilOpen(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
      reject(new Difference(`the upgrade is refused with ${statusCode}, this suite expects a connection`));
    });
    socket.on('error', reject);
  });
}

function makeClient(socket: WebSocket, waitFor: Sockets['waitFor']): Client {
  const come: Seen[] = [];
  const waiting: ((seen: Seen) => void)[] = [];
  let end: Seen | undefined;
  function give(seen: Seen): void {
    const tell = waiting.shift();
    if (tell === undefined) come.push(seen);
    else tell(seen);
  }
  socket.on('message', (data, isBinary) => {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.alloc(0);
    give(isBinary ? { binary: bytes } : { text: bytes.toString('utf8') });
  });
  socket.on('close', (code, reason) => {
    end = { code, reason: reason.toString('utf8') };
    for (const tell of waiting.splice(0)) tell(end);
  });
  const next = (): Promise<Seen> => {
    const seen = come.shift() ?? end;
    if (seen !== undefined) return Promise.resolve(seen);
    return waitFor("the client's next frame", new Promise((resolve) => waiting.push(resolve)));
  };
  const nextFrame = async (): Promise<unknown> => {
    const seen = await next();
    if ('text' in seen) return jsonOr(seen.text);
    throw new Difference(
      'code' in seen
        ? `closed with ${seen.code} in place of a frame`
        : 'a binary frame comes in place of text',
    );
  };
  // A socket that is closed already takes nothing, and says so by its end.
  const ignored = (): void => undefined;
  const send = (frame: object | string): void => {
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame), ignored);
  };
  return {
    send,
    sendFrames: (frames) => {
      frames.forEach((frame, index) => {
        socket.send(frame, { fin: index === frames.length - 1 }, ignored);
      });
    },
    sendBinary: (bytes) => {
      socket.send(bytes, ignored);
    },
    next,
    nextFrame,
    ask: (frame) => {
      send(frame);
      return nextFrame();
    },
    close: (code, reason) => {
      socket.close(code, reason);
    },
    vanish: () => {
      socket.terminate();
    },
  };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
