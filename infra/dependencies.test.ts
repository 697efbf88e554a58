import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));

const versions = z.record(z.string(), z.string());
const { dependencies, devDependencies } = z
  .object({ dependencies: versions, devDependencies: versions })
  .parse(read('package.json'));

const locked = z.object({
  integrity: z.string().optional(),
  dev: z.boolean().optional(),
  link: z.boolean().optional(),
  // Part of the archive of another package, and of its hash.
  inBundle: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
});
const { packages } = z.object({ packages: z.record(z.string(), locked) }).parse(read('package-lock.json'));
const all = Object.entries(packages).filter(([path, { link }]) => /(^|\/)node_modules\//.test(path) && !link);

describe('what the project depends on', () => {
  it('is of exactly the versions that package.json names', () => {
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  it('is checked against the hash of each package', () => {
    const unchecked = all.filter(
      ([, { integrity = '', inBundle }]) => !integrity.startsWith('sha512-') && inBundle !== true,
    );
    expect(unchecked.map(([path]) => path)).toEqual([]);
  });

  it('runs nothing at installation that is deployed', () => {
    const deployed = all.filter(([, { dev }]) => dev !== true);
    expect(deployed.length).toBeGreaterThan(Object.keys(dependencies).length);
    expect(deployed.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
  });
});
