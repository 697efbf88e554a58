/** What a shell expects of a command that a signal ended: 128 and the signal's number. */
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Ends the run at the first signal; what is left is only to put things away. */
export function endsBySignal(): AbortSignal {
  const ending = new AbortController();
  for (const [signal, status] of Object.entries(STATUS))
    // A terminal and npm both send it: the second one must not cut the tidying short.
    process.on(signal, () => {
      process.exitCode = status;
      ending.abort();
    });
  return ending.signal;
}
