import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import * as z from 'zod';
import { readConfig } from './config.ts';
import { RelayStack } from './relay-stack.ts';

/** For tests: an app that builds no bundles, with the flags that cdk.json sets. */
export const makeApp = (outdir?: string): App =>
  new App({
    context: { 'aws:cdk:bundling-stacks': [], '@aws-cdk/aws-iam:minimizePolicies': true },
    ...(outdir !== undefined && { outdir }),
  });

/** For tests: the relay's stack with these settings over the defaults. */
export function makeStack(settings: object = {}, app = makeApp()): RelayStack {
  const config = readConfig({ genesysDomain: 'mypurecloud.ie', ...settings });
  return new RelayStack(app, config.stackName, { config });
}

/** For tests: the same, as CloudFormation gets it. */
export const templateOf = (settings: object = {}): Template => Template.fromStack(makeStack(settings));

/** For tests: the settings of both names, with a zone. */
export const DOMAINS = {
  domainName: 'chat.example.com',
  webhookDomainName: 'hooks.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d',
  hostedZoneId: 'Z0123456789ABC',
  hostedZoneName: 'example.com',
};

const statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: z.union([z.string(), z.array(z.string())]),
  Resource: z.unknown(),
  Condition: z.unknown().optional(),
});
export type Statement = z.infer<typeof statement>;

const policy = z.object({
  Properties: z.object({
    PolicyDocument: z.object({ Statement: z.array(statement) }),
    Roles: z.array(z.object({ Ref: z.string() })),
  }),
});

/** For tests: all that the role of a handler's function is allowed. */
export function statementsOf(template: Template, handler: string): Statement[] {
  const name = handler.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .map((found) => policy.parse(found).Properties)
    .filter(({ Roles }) => Roles.some(({ Ref }) => Ref.startsWith(`${name}Role`)))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}
