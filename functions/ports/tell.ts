import type { Tell } from '../relay/handled.ts';
import { readEnvironment, stackEnvironment } from './environment.ts';
import { log } from './log.ts';
import { makeMetrics } from './metrics.ts';

/** Tells what an invocation handled: a log line at debug for each event, and the metrics. @throws Error without its environment */
export function openTell(): Tell {
  const { STACK_NAME } = readEnvironment(stackEnvironment);
  const measure = makeMetrics({
    stack: STACK_NAME,
    // Not by console, which would wrap it: CloudWatch takes the format at the top of a line only.
    write: (line) => process.stdout.write(`${line}\n`),
    now: Date.now,
  });
  return (handled) => {
    for (const one of handled) log.debug('handled', { ...one });
    measure(handled);
  };
}
