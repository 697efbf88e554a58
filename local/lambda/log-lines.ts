import * as z from 'zod';
import type { HandledTrace, TraceEvent } from '../gateway/trace.ts';
import { parseJson } from '../json.ts';

/** docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html */
const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;

const Line = z.object({ timestamp: z.string(), level: z.enum(LEVELS), message: z.unknown() });
const HandledLine = z.object({
  code: z.literal('handled'),
  requestId: z.string().optional(),
  connectionId: z.string().optional(),
  event: z.string(),
  outcome: z.string(),
  kind: z.string().optional(),
  error: z.string().optional(),
  reason: z.string().optional(),
  upstreamMs: z.number().optional(),
});

export interface ReadLine {
  /** Whether the function's own log level, as it is deployed, lets the line through. */
  readonly isLogged: boolean;
  /** The step that the line tells of, if it is one. */
  readonly step?: TraceEvent;
}

/**
 * Reads one line of a function's log. The local run has the functions write at debug, where they tell what became of
 * each event; on AWS what is below their own level is never written.
 * @param logLevel the function's own; without it every line is logged
 */
export function readLogLine(line: string, name: string, logLevel = 'TRACE'): ReadLine {
  const parsed = Line.safeParse(parseJson(line)).data;
  if (parsed === undefined) return { isLogged: true };
  const isLogged = LEVELS.indexOf(parsed.level) >= LEVELS.findIndex((level) => level === logLevel);
  const handled = HandledLine.safeParse(parsed.message).data;
  if (handled === undefined) return { isLogged };
  const at = Date.parse(parsed.timestamp);
  return {
    isLogged,
    step: { kind: 'handled', at, function: name, ...idsOf(handled), handled: words(handled) },
  };
}

type Handled = z.infer<typeof HandledLine>;

function idsOf({ requestId, connectionId }: Handled): Pick<TraceEvent, 'requestId' | 'connectionId'> {
  return {
    ...(requestId !== undefined && { requestId }),
    ...(connectionId !== undefined && { connectionId }),
  };
}

function words({ event, outcome, kind, error, reason, upstreamMs }: Handled): HandledTrace {
  return { event, outcome, kind, error, reason, upstreamMs };
}
