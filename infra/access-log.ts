import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import type { IAccessLogSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import type { RelayConfig } from './config.ts';
import { makeLogGroup } from './relay-function.ts';

/**
 * One JSON line a request. Every value stands in quotes of its own, since a variable that has none is written as `-`:
 * `$context.error.messageString` brings quotes with it, and would leave a bare `-` on each line without an error.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
 * @param variables what each field is, without `$context.`
 */
export function makeAccessLog(
  scope: Construct,
  id: string,
  { logRetentionDays }: RelayConfig,
  variables: Record<string, string>,
): IAccessLogSettings {
  const format = Object.entries(variables).map(([name, variable]) => [name, `$context.${variable}`]);
  return {
    destination: new LogGroupLogDestination(makeLogGroup(scope, id, logRetentionDays)),
    format: AccessLogFormat.custom(JSON.stringify(Object.fromEntries(format))),
  };
}
