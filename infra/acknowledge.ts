import { Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * Says of one resource why a rule of cdk-nag does not hold for it. infra/nag.test.ts fails on a finding that nobody
 * acknowledged, and on an acknowledgement that has nothing to acknowledge.
 * @param id such as `AwsSolutions-APIG4`; with the finding in brackets where a rule has several for a resource
 */
export function acknowledge(resource: IConstruct, id: string, reason: string): void {
  Validations.of(resource).acknowledge({ id, reason });
}
