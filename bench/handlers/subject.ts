import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Bench } from '../measure/part.ts';
import { type Child, startChild } from './child.ts';
import type { Script } from './events.ts';

const loaded = z.object({ is: z.literal('loaded'), cpuMs: z.number(), wallMs: z.number() });
const ran = z.object({
  is: z.literal('ran'),
  /** Of all events together, with what goes on behind them. */
  cpuMs: z.number(),
  wallMs: z.number(),
  /** Of each event. */
  walls: z.array(z.number()),
  /** What the handler returned for each. */
  answers: z.array(z.unknown()),
});
const files = z.object({ is: z.literal('files'), files: z.array(z.string()) });
const failed = z.object({ is: z.literal('failed'), why: z.string() });
const answers = z.discriminatedUnion('is', [loaded, ran, files, failed]);

export type Loaded = z.infer<typeof loaded>;
export type Ran = z.infer<typeof ran>;

/** One environment of a function: a process that stands for Lambda's. */
export interface Subject {
  pid: number;
  /** INIT: imports the bundle. @throws Error when that fails */
  load: () => Promise<Loaded>;
  /**
   * Hands a script's events to the handler, one after another; its clock goes on with each turn.
   * @param pauseMs before each, half as long to half as long again
   * @throws Error when the handler throws
   */
  run: (script: Pick<Script, 'events' | 'stepMs'>, pauseMs?: number) => Promise<Ran>;
  /** Lists the files that are loaded from now on. */
  watchFiles: () => Promise<void>;
  /** Those that were. */
  files: () => Promise<string[]>;
  /** The last that it wrote. */
  said: () => string;
  close: () => Promise<void>;
}

const SUBJECT = fileURLToPath(new URL('subject.mjs', import.meta.url));

/** What a process needs beside what Lambda sets. */
const { PATH = '' } = process.env;

/**
 * Starts an environment of a bundle.
 * @param execArgv further flags of Node.js, such as those of its profiler
 */
export function startSubject(
  { node, signal }: Pick<Bench, 'node' | 'signal'>,
  file: string,
  environment: Readonly<Record<string, string>>,
  execArgv: string[] = [],
): Subject {
  const env = { PATH, ...environment };
  const child: Child<z.infer<typeof answers>> = startChild(SUBJECT, {
    answers,
    signal,
    execPath: node.file,
    execArgv,
    env,
  });

  async function ask<T>(message: object, schema: z.ZodType<T>): Promise<T> {
    const answer = await child.ask(message);
    if (answer.is === 'failed') throw new Error(`${file}: ${answer.why}\n${child.said()}`);
    return schema.parse(answer);
  }

  return {
    pid: child.pid,
    load: () => ask({ order: 'load', file }, loaded),
    run: ({ events, stepMs }, pauseMs = 0) => ask({ order: 'run', events, stepMs, pauseMs }, ran),
    async watchFiles() {
      await ask({ order: 'watch' }, files);
    },
    async files() {
      return (await ask({ order: 'files' }, files)).files.map((url) => fileURLToPath(url));
    },
    said: child.said,
    close: child.close,
  };
}
