/** What a shell expects of a command that a signal ended: 128 and the signal's number. */
const STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** A terminal and npm both send Ctrl-C's signal, so a second one soon after the first is no second wish. */
const INSISTS_AFTER_MS = 2_000;

/** Ends the run at the first signal, in order; whoever insists later gets it at once. */
export function endsBySignal(): AbortSignal {
  const ending = new AbortController();
  let first: number | undefined;
  for (const [signal, status] of Object.entries(STATUS))
    process.on(signal, () => {
      first ??= Date.now();
      if (Date.now() - first > INSISTS_AFTER_MS) process.exit(status);
      process.exitCode = status;
      ending.abort();
    });
  return ending.signal;
}
