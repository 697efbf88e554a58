import type { Bench, Part } from '../measure/part.ts';

/** Some part failed, or found that two sides did not do the same work. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
}

/**
 * Measures the parts one after the other; one that fails does not keep the others from being tried.
 * @returns figures by the parts' names
 * @throws BenchError that names each failure
 */
export async function measureAll(parts: readonly Part[], bench: Bench): Promise<Map<string, unknown>> {
  const figures = new Map<string, unknown>();
  const failures: string[] = [];
  for (const [index, { name, title, measure }] of parts.entries()) {
    bench.signal.throwIfAborted();
    bench.say(`[${index + 1}/${parts.length}] ${name}: ${title}`);
    const began = performance.now();
    try {
      const say = (text: string): void => {
        bench.say(`  ${text}`);
      };
      figures.set(name, await measure({ ...bench, say }));
      bench.say(`  ${((performance.now() - began) / 1_000).toFixed(0)} s`);
    } catch (error) {
      bench.signal.throwIfAborted();
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
      failures.push(`${name}: ${words}`);
      bench.say(`  FAILED: ${words.split('\n')[0] ?? ''}`);
    }
  }
  if (failures.length > 0) throw new BenchError(failures.join('\n\n'));
  return figures;
}
