import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { LambdaFunction } from '../template/model.ts';
import { REGION } from '../template/names.ts';

/** A new environment's log stream, named as Lambda does: docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html */
export function logStreamName(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
}

/**
 * A function's environment variables: what Lambda itself sets, the template's, and `extra` over both.
 * docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function variables(
  fn: LambdaFunction,
  extra: Readonly<Record<string, string>>,
  logStream: string,
): Record<string, string> {
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: fn.functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_LOG_FORMAT: fn.logFormat,
    ...(fn.logLevel === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: fn.logLevel }),
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    LAMBDA_TASK_ROOT: dirname(fn.file),
    TZ: ':UTC',
    ...fn.environment,
    ...extra,
  };
}
