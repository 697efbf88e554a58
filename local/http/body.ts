const LONGEST_TEXT = 1024 * 1024;

/** Reads a request's body; undefined when it is over `limit` bytes. Rejects when the client breaks off. */
export async function readBody(request: AsyncIterable<unknown>, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    // What is over the limit is read all the same: an answer amid a request is lost on many clients.
    if (size <= limit) chunks.push(chunk);
  }
  return size > limit ? undefined : Buffer.concat(chunks);
}

/** Reads a body as text; undefined when it is over 1 MiB. Rejects when the client breaks off. */
export async function readText(request: AsyncIterable<unknown>): Promise<string | undefined> {
  return (await readBody(request, LONGEST_TEXT))?.toString('utf8');
}
