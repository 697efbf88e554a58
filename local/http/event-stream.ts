import type { ServerResponse } from 'node:http';

const HEARTBEAT_MS = 15_000;
/** A reader that is this many bytes behind is cut off; a browser then begins anew. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/**
 * Begins a stream of server-sent events, kept up by a comment now and then until the reader leaves.
 * @param opening written first: something has to be, for the headers to go out
 * @returns tells one event, as JSON
 */
export function startEventStream(response: ServerResponse, opening: string): (event: unknown) => void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(`${opening}\n\n`);
  const heartbeat = setInterval(() => response.write(': \n\n'), HEARTBEAT_MS).unref();
  response.on('close', () => {
    clearInterval(heartbeat);
  });
  return (event) => {
    response.write(`data: ${JSON.stringify(event)}\n\n`);
    if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
  };
}
