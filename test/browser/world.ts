import { describe, inject, onTestFinished } from 'vitest';
import { findChromium } from './chromium.ts';
import { visit, type Visit, type VisitOptions } from './visit.ts';

/** Skipped, visibly, where there is no browser to test with. */
export const describeInBrowser = describe.skipIf(findChromium() === undefined);

/** The same, of the local run that the tests share; its tab is closed with the test. */
export async function visitShared(options: VisitOptions = {}): Promise<Visit> {
  const seen = await visit(inject('local').page, options);
  onTestFinished(() => seen.page.context().close());
  return seen;
}
