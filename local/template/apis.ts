import * as z from 'zod';
import type { LambdaFunction } from './model.ts';
import type { Place, Resource } from './names.ts';
import { TemplateError } from './names.ts';
import { ANY, OFF } from './properties.ts';
import type { Resources } from './resources.ts';

export const API_TYPE = 'AWS::ApiGatewayV2::Api';
export const ROUTE_TYPE = 'AWS::ApiGatewayV2::Route';
export const ROUTE_RESPONSE_TYPE = 'AWS::ApiGatewayV2::RouteResponse';
export const INTEGRATION_TYPE = 'AWS::ApiGatewayV2::Integration';
export const AUTHORIZER_TYPE = 'AWS::ApiGatewayV2::Authorizer';
export const STAGE_TYPE = 'AWS::ApiGatewayV2::Stage';

/** What runs here of each kind of API. */
const RUN = {
  WEBSOCKET: [API_TYPE, ROUTE_TYPE, ROUTE_RESPONSE_TYPE, INTEGRATION_TYPE, AUTHORIZER_TYPE, STAGE_TYPE],
  HTTP: [API_TYPE, ROUTE_TYPE, INTEGRATION_TYPE, STAGE_TYPE],
} as const satisfies Record<string, readonly string[]>;
export type Protocol = keyof typeof RUN;

/** Where a part says which API it belongs to: `protocolOf` reads it. */
const part = { ApiId: ANY };

/** What makes no difference here, of either kind of API. */
export const WITHOUT_EFFECT = {
  api: z.object({
    Name: ANY,
    Description: ANY,
    Tags: ANY,
    Version: ANY,
    // For the deployment alone.
    DisableSchemaValidation: ANY,
    FailOnWarnings: ANY,
    // Everything is on loopback.
    IpAddressType: ANY,
    DisableExecuteApiEndpoint: OFF,
  }),
  route: z.object({ ...part, OperationName: ANY, ApiKeyRequired: OFF }),
  integration: z.object({
    ...part,
    Description: ANY,
    // Permissions are not checked.
    CredentialsArn: ANY,
    ConnectionType: z.literal('INTERNET'),
    // The only method by which a function is invoked.
    IntegrationMethod: z.literal('POST'),
  }),
  stage: z.object({
    ...part,
    Description: ANY,
    Tags: ANY,
    // The template is served as it is.
    AutoDeploy: ANY,
    DeploymentId: ANY,
    DefaultRouteSettings: z.object({
      // There are no metrics: what would show them is a resource, and named.
      DetailedMetricsEnabled: ANY,
      DataTraceEnabled: OFF,
      LoggingLevel: z.literal('OFF'),
    }),
  }),
  authorizer: z.object({
    ...part,
    Name: ANY,
    // Permissions are not checked.
    AuthorizerCredentialsArn: ANY,
  }),
  routeResponse: z.object(part),
};

const Reference = z.object({ ApiId: z.object({ Ref: z.string() }) });
const ProtocolType = z.enum(['WEBSOCKET', 'HTTP']);

/** The kind of API that a resource is, or is a part of; undefined when it belongs to none of the template's. */
export function protocolOf(resource: Resource, all: ReadonlyMap<string, Resource>): Protocol | undefined {
  const part = Reference.safeParse(resource.Properties).data;
  const api = resource.Type === API_TYPE ? resource : all.get(part?.ApiId.Ref ?? '');
  return api?.Type === API_TYPE ? ProtocolType.safeParse(api.Properties['ProtocolType']).data : undefined;
}

/** True for a part of an API that runs here. A route of an HTTP API that asks who calls does not: it would be open. */
export function isApiPart(resource: Resource, all: ReadonlyMap<string, Resource>): boolean {
  const protocol = protocolOf(resource, all);
  if (protocol === undefined) return false;
  const types: readonly string[] = RUN[protocol];
  const { AuthorizationType: authorization = 'NONE' } = resource.Properties;
  const guarded = protocol === 'HTTP' && resource.Type === ROUTE_TYPE && authorization !== 'NONE';
  return types.includes(resource.Type) && !guarded;
}

/** Finds the integration that a route's `Target` names. */
export function integrationOf<T extends { readonly id: string }>(
  integrations: readonly T[],
  target: string,
  routeId: string,
  { resolver }: Resources,
): T {
  const found = integrations.find((one) => `integrations/${resolver.ref(one.id)}` === target);
  if (found !== undefined) return found;
  throw new TemplateError({ resource: routeId, property: 'Target' }, 'no such integration');
}

/**
 * Finds the function that an integration or an authorizer calls.
 * @param uri its ARN, or the path by which API Gateway invokes it
 */
export function functionOf(uri: string, functions: readonly LambdaFunction[], place: Place): string {
  const arn = /\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;
  const found = functions.find((one) => one.arn === arn);
  if (found === undefined) throw new TemplateError(place, `no function that can run here has the ARN ${arn}`);
  return found.logicalId;
}

/** The one there is. Throws a `TemplateError` when there is none, or more. */
export function single<T>(found: readonly T[], what: string): T {
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  throw new TemplateError({ resource: 'template', property: what }, `needs exactly one, has ${found.length}`);
}
