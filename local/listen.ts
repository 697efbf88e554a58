/** Whether an error says that a port is taken. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

/**
 * Starts a server on the port it should have, or on a free one when that is taken.
 * @param start rejects with the error of `listen` as it is
 * @param onTaken told the port that was taken
 */
export async function startOnPort<T>(
  port: number,
  start: (port: number) => Promise<T>,
  onTaken: (port: number) => void,
): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    if (port === 0 || !isTaken(error)) throw error;
    onTaken(port);
    return start(0);
  }
}
