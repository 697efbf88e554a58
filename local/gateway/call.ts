import type { Clock } from '../clock.ts';
import type { Invoke, Result } from '../lambda/environments.ts';
import type { Template } from '../template/model.ts';
import type { TraceEvent } from './trace.ts';

export interface CallInput {
  readonly functionId: string;
  readonly routeKey: string;
  readonly connectionId: string;
  readonly requestId: string;
  readonly timeoutMs: number;
  readonly event: unknown;
}

/** An integration's call of its function; never rejects, and fails when the integration's time is over. */
export type Call = (input: CallInput) => Promise<Result>;

export interface CallOptions {
  readonly template: Template;
  readonly invoke: Invoke;
  readonly clock: Clock;
  readonly trace: (event: TraceEvent) => void;
  /** True once no function may run any more. */
  readonly closed: () => boolean;
}

/** Makes the caller that every route and the authorizer go through. */
export function makeCall({ template, invoke, clock, trace, closed }: CallOptions): Call {
  const names = new Map(template.functions.map((fn) => [fn.logicalId, fn.name]));
  return async ({ functionId, routeKey, connectionId, requestId, timeoutMs, event }) => {
    if (closed()) return failed('GatewayClosed', 'The gateway is closed', 0);
    const result = await limited(clock, invoke(functionId, event), timeoutMs);
    const name = names.get(functionId) ?? functionId;
    const { ok, ms, coldStart } = result;
    const ids = { connectionId, requestId, routeKey };
    trace({ kind: 'invoke', at: clock.now(), ...ids, function: name, ms, coldStart, ok });
    return result;
  };
}

/** The outcome of a function, or an `IntegrationTimeout` when it is not there in time; never rejects. */
export async function limited(clock: Clock, running: Promise<Result>, timeoutMs: number): Promise<Result> {
  let callOff = (): void => undefined;
  const late = new Promise<Result>((resolve) => {
    callOff = clock.after(timeoutMs, () => {
      resolve(failed('IntegrationTimeout', `No answer after ${timeoutMs} ms`, timeoutMs));
    });
  });
  try {
    return await Promise.race([running, late]);
  } catch (error) {
    return failed('InvokeFailed', error instanceof Error ? error.message : String(error), 0);
  } finally {
    callOff();
  }
}

function failed(type: string, message: string, ms: number): Result {
  return { ok: false, error: { type, message }, ms, coldStart: false };
}
