import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Watched } from './watched.ts';

/**
 * Saved queries for CloudWatch Logs Insights. Lines of the functions have what the relay says under `message`; those
 * of the APIs are flat. None has a guest's text.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
export const QUERIES = {
  'Refusals by code': `
    filter level in ["WARN", "ERROR"] and ispresent(message.code)
    | stats count(*) as refusals, latest(@timestamp) as last, latest(message.requestId) as requestId,
        latest(message.cause) as cause, latest(message.correlationId) as correlationId
        by message.code, message.reason, message.kind
    | sort refusals desc`,
  // Has lines only while logLevel is DEBUG.
  'Slowest upstream calls': `
    filter message.code = "handled" and ispresent(message.upstreamMs)
    | fields @timestamp, message.upstreamMs, message.kind, message.event, message.outcome, message.error, message.reason,
        message.requestId
    | sort message.upstreamMs desc
    | limit 50`,
  // With the request id alone it finds the connection's id; with both, all that became of the connection.
  'One connection from a request id': `
    filter requestId = "REQUEST" or message.requestId = "REQUEST"
        or connectionId = "CONNECTION" or message.connectionId = "CONNECTION"
    | fields @timestamp, coalesce(connectionId, message.connectionId) as connection,
        coalesce(message.requestId, requestId) as request, routeKey, status, error, integrationError,
        level, message.code, message.event, message.outcome, message.error, message.reason, message.cause,
        message.correlationId
    | sort @timestamp asc
    | limit 1000`,
} as const satisfies Record<string, string>;

/** Saves the queries in a folder with the stack's name, over all that its functions and APIs write. */
export function saveQueries(scope: Construct, { stackName, logGroupNames }: Watched): void {
  for (const [name, query] of Object.entries(QUERIES)) {
    new CfnQueryDefinition(scope, `Query-${name}`, {
      name: `${stackName}/${name}`,
      queryString: query.replaceAll(/\n\s+/g, '\n').trim(),
      logGroupNames: [...logGroupNames],
    });
  }
}
