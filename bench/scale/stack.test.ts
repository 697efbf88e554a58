import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readConfig } from '../../infra/config.ts';
import { RelayStack } from '../../infra/relay-stack.ts';
import { KEEPING_ENVIRONMENTS } from './upstreams.ts';
import { ACCESS_LINE_BYTES, MEMORY_MB } from './usage.ts';

const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
const config = readConfig({ genesysDomain: 'mypurecloud.ie', webMessagingKeepOpen: true });
const template = Template.fromStack(new RelayStack(app, 'typing-relay', { config }));

const typing = z.object({
  Properties: z.object({
    MemorySize: z.number(),
    Environment: z.object({ Variables: z.looseObject({ WEB_MESSAGING_KEEP: z.string().optional() }) }),
    ReservedConcurrentExecutions: z.number().optional(),
  }),
});
const functions = Object.values(template.findResources('AWS::Lambda::Function')).flatMap((found) => {
  const parsed = typing.safeParse(found);
  return parsed.success ? [parsed.data.Properties] : [];
});

/** What each variable of the access log looks like for a typing message. */
const SAMPLES: Record<string, string> = {
  requestId: 'JKJaXmPLvHcESHA=',
  extendedRequestId: 'JKJaXmPLvHcESHA=',
  requestTimeEpoch: '1767225600000',
  connectionId: 'JKJaXfPLvHcCIjg=',
  eventType: 'MESSAGE',
  routeKey: 'typing',
  status: '200',
  integrationLatency: '120',
};

describe('what a cost is reckoned with', () => {
  it('is the memory that the functions have', () => {
    expect(functions.length).toBeGreaterThan(4);
    for (const { MemorySize } of functions) expect(MemorySize).toBe(MEMORY_MB);
  });

  it('is the number of environments that are kept for web messaging', () => {
    const reserved = functions.flatMap(
      ({ ReservedConcurrentExecutions = [] }) => ReservedConcurrentExecutions,
    );
    expect(reserved).toEqual([KEEPING_ENVIRONMENTS]);
  });

  it("is the length of the access log's line", () => {
    const stage = z.object({
      Properties: z.object({ ApiId: z.unknown(), AccessLogSettings: z.object({ Format: z.string() }) }),
    });
    const formats = Object.values(template.findResources('AWS::ApiGatewayV2::Stage')).map(
      (found) => stage.parse(found).Properties.AccessLogSettings.Format,
    );
    const format = formats.find((text) => text.includes('$context.connectionId')) ?? '';
    // A variable that has no value is written as a dash.
    const line = format.replaceAll(/\$context\.([\w.]+)/g, (_, name: string) => SAMPLES[name] ?? '-');
    expect(Buffer.byteLength(line)).toBe(ACCESS_LINE_BYTES);
  });
});
