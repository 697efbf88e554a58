import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { LambdaFunction } from '../template/model.ts';
import type { Environments, EnvironmentsOptions } from './environments.ts';
import { makeEnvironments } from './environments.ts';

let folder = '';
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'environments-'));
  await mkdir(join(folder, 'asset'));
  // An asset stands below a package that says "module", as those in this project's cdk.out do.
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
});
afterAll(() => rm(folder, { recursive: true }));

/** A function `Fn` of this source. */
export async function fn(
  source: string,
  more: Partial<LambdaFunction> & { extension?: string } = {},
): Promise<LambdaFunction> {
  const { extension = 'mjs', ...overrides } = more;
  count += 1;
  const file = join(folder, 'asset', `f${count}.${extension}`);
  await writeFile(file, source);
  return {
    logicalId: 'Fn',
    name: 'Fn',
    functionName: 'stack-Fn',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:stack-Fn',
    runtime: 'nodejs22.x',
    file,
    exportName: 'handler',
    timeoutSeconds: 20,
    memoryMb: 256,
    environment: {},
    logGroup: '/aws/lambda/stack-Fn',
    logFormat: 'Text',
    ...overrides,
  };
}

/** The environments of one function, until the test is over, and what they log. */
export function open(
  one: LambdaFunction,
  options: Omit<EnvironmentsOptions, 'functions' | 'onLog'> = {},
): Environments & { lines: string[] } {
  const lines: string[] = [];
  const onLog = (entry: { line: string }): unknown => lines.push(entry.line);
  const environments = makeEnvironments({ ...options, functions: [one], onLog });
  onTestFinished(environments.close);
  return { ...environments, lines };
}
