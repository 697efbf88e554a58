import type { ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Answer {
  readonly status: number;
  /** Becomes JSON; undefined for no body at all. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a request; sends nothing where that has been done, or the client has left. */
export function send(response: ServerResponse, { status, body, headers }: Answer): void {
  if (response.destroyed || response.headersSent) return;
  const { text, own } = content(body);
  // RFC 9110 section 8.6: a 204 has no Content-Length.
  response.writeHead(status, { ...(status === 204 ? {} : own), ...headers });
  response.end(text);
}

/** How long a refused client may still send what then goes nowhere. */
const LINGER_MS = 1000;

/**
 * Answers on a bare socket and ends it. What the client still sends is read: a socket that is closed with bytes unread
 * is reset, and the answer lost on many clients.
 */
export function refuse(socket: Duplex, { status, body, headers }: Answer): void {
  const { text, own } = content(body);
  const lines = Object.entries({ Connection: 'close', ...own, ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const timer = setTimeout(() => {
    socket.destroy();
  }, LINGER_MS).unref();
  socket.once('close', () => {
    clearTimeout(timer);
  });
  socket.resume();
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n${head}\r\n${text}`);
}

function content(body: unknown): { text: string; own: Record<string, string> } {
  const text = body === undefined ? '' : JSON.stringify(body);
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return { text, own: { ...type, 'Content-Length': String(Buffer.byteLength(text)) } };
}
