import type { Bench, Part } from '../measure/part.ts';
import { mustBeSameCode, readCode } from './code.ts';
import { missingFrom, sectionsOf } from './page.ts';
import { describeMachine, mustMatch, readResults, readVersions, type Results } from './results.ts';

/** What is the same in all runs that one page is made of. */
export type Facts = Pick<Results, 'rounds' | 'machine' | 'code' | 'versions'>;

/** What was measured before a run: nothing, or what it completes. */
export type Before = Omit<Results, keyof Facts>;

export interface Begun {
  before: Before;
  facts: Facts;
  installed: Pick<Bench, 'node' | 'peers'>;
}

export interface BeginPorts {
  /** The project's folder. */
  root: string;
  parts: readonly Part[];
  /** Takes minutes the first time. */
  install: () => Promise<Begun['installed']>;
}

/**
 * Finds out what a run is about.
 * @param complete the file with the figures of a run in which parts failed
 * @throws UsageError before anything is installed where that file, this machine or this code will not do
 */
export async function begin(
  { rounds, complete }: { rounds: number; complete: string | undefined },
  { root, parts, install }: BeginPorts,
): Promise<Begun> {
  const date = new Date().toISOString();
  const [machine, code] = [describeMachine(), await readCode(root)];
  const then = complete === undefined ? undefined : await readResults(complete);
  if (then) {
    mustMatch(then, { machine });
    mustBeSameCode(then.code, code, missingFrom(parts, then.parts));
    // What cannot be shown is known before half an hour has passed.
    sectionsOf(parts, then.parts);
  }
  const installed = await install();
  const versions = await readVersions(root, installed);
  if (then) mustMatch(then, { versions });
  return {
    before: then ?? { date, seconds: 0, runs: 0, parts: {} },
    facts: { rounds: then?.rounds ?? rounds, machine, code, versions },
    installed,
  };
}
