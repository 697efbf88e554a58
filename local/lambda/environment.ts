import { randomUUID } from 'node:crypto';
import type { Answer, FunctionError, RuntimeOptions, StartRuntime } from './runtime.ts';

export type Outcome =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: FunctionError };

/** One execution environment: one event at a time, module state kept between them. */
export interface Environment {
  /** Runs one event; never rejects. */
  readonly invoke: (event: unknown) => Promise<Outcome>;
  /** False once it must not be used again: INIT failed, an event took too long, or it exited. */
  readonly alive: () => boolean;
  readonly close: () => Promise<void>;
}

/** docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const INIT_SECONDS = 10;

/** Starts an environment: INIT begins at once, and the first event waits for its end. */
export function startEnvironment(options: RuntimeOptions, startRuntime: StartRuntime): Environment {
  const runtime = startRuntime(options);
  const { timeoutSeconds } = options.fn;

  let over: Outcome | undefined;
  let onOver: (outcome: Outcome) => void = () => undefined;
  // Once, and not at each event: what waits for a promise stays with it until it is settled.
  void runtime.ended.then((error) => {
    over = { ok: false, error };
    onOver(over);
  });

  /** The runtime's answer; after `seconds` without one the environment ends. */
  async function within(seconds: number, what: string): Promise<Outcome> {
    if (over !== undefined) return over;
    const late = { type: 'Sandbox.Timedout', message: `${what} timed out after ${seconds} seconds` };
    const timer = setTimeout(() => void runtime.stop(late), seconds * 1000);
    const ended = new Promise<Outcome>((resolve) => {
      onOver = resolve;
    });
    const outcome = await Promise.race([runtime.next().then(outcomeOf), ended]);
    clearTimeout(timer);
    return outcome;
  }

  const initialised = within(INIT_SECONDS, 'INIT').then(async (outcome) => {
    if (!outcome.ok) await runtime.stop(outcome.error);
    return outcome;
  });

  return {
    invoke: async (event) => {
      const init = await initialised;
      if (!init.ok) return init;
      const answer = within(timeoutSeconds, 'Task');
      const deadline = Date.now() + timeoutSeconds * 1000;
      runtime.post({ requestId: randomUUID(), event: JSON.stringify(event), deadline });
      return answer;
    },
    alive: runtime.alive,
    close: () => runtime.stop({ type: 'ServiceException', message: 'The environments are closed' }),
  };
}

function outcomeOf(answer: Answer): Outcome {
  switch (answer.kind) {
    case 'ready':
      return { ok: true, value: null };
    case 'value':
      return { ok: true, value: JSON.parse(answer.value) };
    case 'error':
    case 'init-error':
      return { ok: false, error: answer.error };
  }
}
