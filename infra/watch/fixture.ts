import { Template } from 'aws-cdk-lib/assertions';
import { App, Stack } from 'aws-cdk-lib/core';
import * as z from 'zod';
import { METRICS } from '../../functions/ports/metrics.ts';
import { makeWatch } from './watch.ts';
import type { Watched } from './watched.ts';

/** A stack that is watched, by the names of its parts. */
export const watched: Watched = {
  stackName: 'chat-typing',
  webSocketApiId: 'socket-api',
  stage: 'v1',
  webhookApiId: 'webhook-api',
  functions: ['authorizer', 'typing'].map((handler) => ({ handler, functionName: `${handler}-function` })),
  watchQueueName: 'watches',
  deadLetterQueueName: 'dead-watches',
  tableName: 'table',
  logGroupNames: ['typing-log', 'access-log'],
  config: { connectionsPerSecondQuota: 500, throttleRate: 1_000 },
};

/** The template of a stack with nothing but the watch. */
export function watchTemplate(config: Partial<Watched['config']> = {}): Template {
  const stack = new Stack(new App(), 'Test', { env: { account: '111122223333', region: 'eu-west-1' } });
  makeWatch(stack, { ...watched, config: { ...watched.config, ...config } });
  return Template.fromStack(stack);
}

/** The properties of all resources of a type. */
export function propertiesOf(template: Template, type: string): Record<string, unknown>[] {
  const resource = z.object({ Properties: z.record(z.string(), z.unknown()) });
  return Object.values(template.findResources(type)).map((found) => resource.parse(found).Properties);
}

/** The relay's own metrics as they may be asked for: a name and the names of its dimensions. */
export const CONTRACT: readonly string[] = Object.entries(METRICS).flatMap(([name, { by }]) =>
  by.map((dimensions) => [name, 'Stack', ...dimensions].sort().join(' ')),
);

/** The same of a metric that something asks for. */
export const askedFor = (name: string, dimensions: readonly string[]): string =>
  [name, ...dimensions].sort().join(' ');
