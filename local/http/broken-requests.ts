import type { Server } from 'node:http';
import { STATUS_CODES } from 'node:http';
import { refuse } from './answer.ts';

/** nodejs.org/api/http.html#event-clienterror: any other error is of something that is no HTTP. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
]);

/**
 * Answers requests that never come as far as a listener: what is no HTTP, a head that is too large, or one that takes
 * too long. Node.js would end the connection amid what the client still sends, which loses the answer.
 */
export function answerBrokenRequests(server: Server): void {
  server.on('clientError', (error, socket) => {
    // A socket that has its answer tells of an error for whatever else comes.
    if (!socket.writable || socket.writableEnded) return;
    const status = STATUSES.get('code' in error ? String(error.code) : '') ?? 400;
    refuse(socket, { status, body: { message: STATUS_CODES[status] } });
  });
}
