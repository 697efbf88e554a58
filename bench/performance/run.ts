import type { Bench, Part } from '../measure/part.ts';

/** Some part failed, or found that two sides did not do the same work. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
}

/** What parts had to say: figures by their names, and words on each that failed. */
export interface Measured {
  figures: Record<string, unknown>;
  failures: readonly string[];
}

/**
 * Measures the parts one after the other; one that fails does not keep the others from being tried.
 * @param keep is given all figures so far after each part; where it fails, that is said, and the run goes on
 */
export async function measureAll(
  parts: readonly Part[],
  bench: Bench,
  keep: (figures: Measured['figures']) => Promise<void> = () => Promise.resolve(),
): Promise<Measured> {
  const figures: Measured['figures'] = {};
  const failures: string[] = [];
  for (const [index, { name, title, measure }] of parts.entries()) {
    bench.signal.throwIfAborted();
    bench.say(`[${index + 1}/${parts.length}] ${name}: ${title}`);
    const began = performance.now();
    try {
      const say = (text: string): void => {
        bench.say(`  ${text}`);
      };
      figures[name] = await measure({ ...bench, say });
      bench.say(`  ${((performance.now() - began) / 1_000).toFixed(0)} s`);
    } catch (error) {
      bench.signal.throwIfAborted();
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
      failures.push(`${name}: ${words}`);
      bench.say(`  FAILED: ${words.split('\n')[0] ?? ''}`);
      continue;
    }
    // What failed is still to be told, and the other parts are still to be measured.
    await keep({ ...figures }).catch((error: unknown) => {
      bench.say(`  NOT KEPT: ${String(error)}`);
    });
  }
  return { figures, failures };
}
