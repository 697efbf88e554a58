import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnPolicy } from 'aws-cdk-lib/aws-iam';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RelayStack } from './relay-stack.ts';
import { DOMAINS, makeApp, makeStack } from './stack-fixture.ts';

/** Everything that the settings can bring into the stack. */
const ALL = { ...DOMAINS, webMessagingKeepOpen: true, webhookConcurrency: 5, alarmEmail: 'ops@example.com' };

interface Finding {
  rule: string;
  path: string;
}

/** What cdk-nag finds and nobody acknowledged: the rule, and the path of the resource. */
const findingsOf = (stack: RelayStack): Finding[] =>
  [new AwsSolutionsChecks(), new ServerlessChecks()]
    .flatMap((pack) => [...pack.validateScope(stack).violations])
    .flatMap(({ ruleName: rule, violatingResources }) =>
      violatingResources.map(({ constructPath: path = '' }) => ({ rule, path })),
    );

interface Acknowledged {
  id: string;
  reason: string;
  path: string;
}

/** While it is there, acknowledgements are only noted down. */
let noted: Acknowledged[] | undefined;
vi.mock(import('./acknowledge.ts'), async (original) => {
  const { acknowledge } = await original();
  return {
    acknowledge(resource, id, reason) {
      if (noted) noted.push({ id, reason, path: resource.node.path });
      else acknowledge(resource, id, reason);
    },
  };
});

/** Runs `act`, and gives what it acknowledged without any effect. */
function noting(act: () => void): Acknowledged[] {
  const list: Acknowledged[] = [];
  noted = list;
  try {
    act();
  } finally {
    noted = undefined;
  }
  return list;
}

function synthesise(): void {
  const outdir = mkdtempSync(join(tmpdir(), 'typing-relay-nag-'));
  onTestFinished(() => {
    rmSync(outdir, { recursive: true });
  });
  const app = makeApp(outdir);
  makeStack(ALL, app);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  app.synth();
}

describe('cdk-nag (AwsSolutions and Serverless)', () => {
  it('is a validation plugin that lets a synthesis of the stack pass', () => {
    expect(synthesise).not.toThrow();
  });

  it('... and ends the synthesis of a stack without its acknowledgements', () => {
    expect(() => noting(synthesise)).toThrow(/AwsSolutions-APIG4[^]*Serverless-LambdaDLQ/);
  });

  it('finds nothing that is not acknowledged', () => {
    expect(findingsOf(makeStack(ALL))).toEqual([]);
    expect(findingsOf(makeStack())).toEqual([]);
  });

  it('finds again each thing whose acknowledgement is taken away, and no acknowledgement is idle', () => {
    let findings: Finding[] = [];
    const acknowledged = noting(() => {
      findings = findingsOf(makeStack(ALL));
    });
    const isFor =
      ({ id, path }: Acknowledged) =>
      (finding: Finding) =>
        finding.rule === id && finding.path.startsWith(`${path}/`);
    expect(findings.filter((finding) => !acknowledged.some((one) => isFor(one)(finding)))).toEqual([]);
    // One resource for each: none stands on the stack, where it would silence the next one too.
    expect(acknowledged.map((one) => ({ ...one, findings: findings.filter(isFor(one)).length }))).toEqual(
      acknowledged.map((one) => ({ ...one, findings: 1 })),
    );
    for (const { id, reason } of acknowledged) expect(reason.length, id).toBeGreaterThan(30);
    expect(findings.length).toBeGreaterThan(20);
  });

  it.each<[string, string, (part: IConstruct) => void]>([
    [
      'a queue that is not encrypted',
      'AwsSolutions-SQS2',
      (part) => {
        if (part instanceof CfnQueue) part.sqsManagedSseEnabled = false;
      },
    ],
    [
      'a stage without an access log',
      'AwsSolutions-APIG1',
      (part) => {
        if (part instanceof CfnStage) part.accessLogSettings = undefined;
      },
    ],
    [
      'a role that may do everything',
      'AwsSolutions-IAM5[Action::*]',
      (part) => {
        const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
        if (part instanceof CfnPolicy) part.policyDocument = { Version: '2012-10-17', Statement };
      },
    ],
  ])('finds %s', (_, rule, worsen) => {
    const stack = makeStack(ALL);
    stack.node.findAll().forEach(worsen);
    expect(findingsOf(stack).map((finding) => finding.rule)).toContain(rule);
  });
});
