import { relative } from 'node:path';
import type { LambdaFunction, Template } from '../../local/template/model.ts';

export interface ConfigOptions {
  readonly template: Template;
  /** Where the template's bundles are, and the service will be. */
  readonly directory: string;
  /** Goes over what the template says. */
  readonly environment: Readonly<Record<string, string>>;
}

type Section = Record<string, unknown>;

/**
 * A template as a serverless.json: the same functions, routes and settings for another emulator.
 * https://github.com/oss-serverless/osls/blob/v4.3.1/docs/guides/serverless.yml.md
 */
export function serverlessConfig(options: ConfigOptions): Section {
  const { template } = options;
  const { api, functions } = template;
  const authorizers = new Set([...api.routes.values()].map(({ authorizer }) => authorizer?.functionId));
  return {
    service: template.stackName,
    // Its validation would fetch CloudFormation's schema.
    configValidationMode: 'off',
    frameworkVersion: '4',
    plugins: ['serverless-offline'],
    provider: {
      name: 'aws',
      runtime: 'nodejs24.x',
      region: template.region,
      stage: api.stage,
      websocketsApiRouteSelectionExpression: api.routeSelectionExpression,
      httpApi: { payload: '2.0' },
    },
    functions: Object.fromEntries(
      functions
        .map((fn): [string, Section] => [fn.logicalId, functionSection(fn, options)])
        .filter(([id, { events }]) => authorizers.has(id) || (Array.isArray(events) && events.length > 0)),
    ),
  };
}

function functionSection(fn: LambdaFunction, { template, directory, environment }: ConfigOptions): Section {
  const { file, exportName, timeoutSeconds, memoryMb } = fn;
  return {
    handler: `${relative(directory, file).replace(/\.\w+$/, '')}.${exportName}`,
    timeout: timeoutSeconds,
    memorySize: memoryMb,
    environment: { ...fn.environment, ...environment },
    events: [...webSocketEvents(fn, template), ...httpEvents(fn, template)],
  };
}

function webSocketEvents({ logicalId }: LambdaFunction, { api }: Template): Section[] {
  return [...api.routes.values()]
    .filter(({ functionId }) => functionId === logicalId)
    .map(({ routeKey, authorizer, returnsResponse }) => ({
      websocket: {
        route: routeKey,
        ...(returnsResponse && { routeResponseSelectionExpression: '$default' }),
        ...(authorizer && {
          authorizer: { name: authorizer.functionId, identitySource: authorizer.identitySources },
        }),
      },
    }));
}

function httpEvents({ logicalId }: LambdaFunction, { httpApi }: Template): Section[] {
  return (httpApi?.routes ?? [])
    .filter(({ functionId }) => functionId === logicalId)
    .map(({ routeKey }) => {
      const [method = '', path = ''] = routeKey.split(' ');
      return { httpApi: { method: method === 'ANY' ? '*' : method, path } };
    });
}
