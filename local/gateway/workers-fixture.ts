import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeEnvironments } from '../lambda/environments.ts';
import type { LambdaFunction } from '../template/model.ts';
import type { TestGateway, TestOptions } from './fixture.ts';
import { run } from './fixture.ts';

/**
 * Starts a gateway whose functions run in environments of their own.
 * @param sources the module of each route's function; every answer of theirs goes to the client
 */
export async function runWorkers(
  sources: Readonly<Record<string, string>>,
  options: TestOptions = {},
): Promise<TestGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const functions = await Promise.all(
    Object.entries(sources).map(async ([name, source], index) => {
      const file = join(folder, `f${index}.mjs`);
      await writeFile(file, source);
      return lambdaFunction(name, file);
    }),
  );
  const { invoke, close } = makeEnvironments({ functions });
  onTestFinished(close);
  const routes = functions.map(({ logicalId }) => ({ routeKey: logicalId, returnsResponse: true }));
  return run({}, { routes, invoke, ...options });
}

function lambdaFunction(name: string, file: string): LambdaFunction {
  return {
    logicalId: name,
    name,
    functionName: `stack-${name}`,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:stack-${name}`,
    runtime: 'nodejs24.x',
    file,
    exportName: 'handler',
    // Longer than any integration may take.
    timeoutSeconds: 900,
    memoryMb: 128,
    environment: {},
    logGroup: `/aws/lambda/stack-${name}`,
    logFormat: 'Text',
  };
}
