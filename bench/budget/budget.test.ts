import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { countAll, type Counted } from './counts.ts';

const budget = z.object({
  bundles: z.record(z.string(), z.unknown()),
  messages: z.record(z.string(), z.record(z.string(), z.unknown())),
});

/** What "everything on the message path" may take: issue and docs/performance.md say 130 KB. */
const PATH_MAX_BYTES = 130 * 1024;

let accepted: z.infer<typeof budget>;
let counted: Counted;
beforeAll(async () => {
  accepted = budget.parse(JSON.parse(await readFile(new URL('../budget.json', import.meta.url), 'utf8')));
  counted = await countAll();
});

const HINT = 'if this is meant, run `npm run budget` and commit bench/budget.json with why';

describe('the budget', () => {
  it('has bytes, modules, packages and built-in modules of each bundle', () => {
    expect(counted.bundles, HINT).toEqual(accepted.bundles);
  });

  it('has calls, table operations, queue messages, answers and log lines of each sort of message', () => {
    expect(counted.messages, HINT).toEqual(accepted.messages);
  });

  it('lets all that a typing message needs take 130 KB, without an SDK', () => {
    const { bytes, packages } = counted.bundles['typing'] ?? { bytes: Infinity, packages: [] };
    expect(bytes).toBeLessThanOrEqual(PATH_MAX_BYTES);
    expect(packages.filter((name) => name.startsWith('@aws-sdk/'))).toEqual([]);
  });
});
