import * as z from 'zod';
import { makeSelector } from '../gateway/routes.ts';
import type { Authorizer, LambdaFunction, Route, WebSocketApi } from './model.ts';
import type { Resource } from './names.ts';
import { TemplateError } from './names.ts';
import type { Resources } from './resources.ts';

export const API_TYPE = 'AWS::ApiGatewayV2::Api';
const ROUTE_TYPE = 'AWS::ApiGatewayV2::Route';
const ROUTE_RESPONSE_TYPE = 'AWS::ApiGatewayV2::RouteResponse';
const INTEGRATION_TYPE = 'AWS::ApiGatewayV2::Integration';
const AUTHORIZER_TYPE = 'AWS::ApiGatewayV2::Authorizer';
const STAGE_TYPE = 'AWS::ApiGatewayV2::Stage';

/** The types that make up a WebSocket API. */
export const API_TYPES = [
  API_TYPE,
  ROUTE_TYPE,
  ROUTE_RESPONSE_TYPE,
  INTEGRATION_TYPE,
  AUTHORIZER_TYPE,
  STAGE_TYPE,
];

/** docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const LONGEST_INTEGRATION_MS = 29_000;

const ApiId = z.object({ ApiId: z.unknown().optional() });
const ApiProperties = z.object({
  ProtocolType: z.literal('WEBSOCKET'),
  RouteSelectionExpression: z.string(),
});
const RouteProperties = z.object({
  RouteKey: z.string(),
  Target: z.string().startsWith('integrations/'),
  AuthorizationType: z.enum(['NONE', 'CUSTOM']).default('NONE'),
  AuthorizerId: z.string().optional(),
  RouteResponseSelectionExpression: z.string().optional(),
});
const RouteResponseProperties = z.object({ RouteId: z.string(), RouteResponseKey: z.string() });
const IntegrationProperties = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  TimeoutInMillis: z.coerce.number().optional(),
});
const AuthorizerProperties = z.object({
  AuthorizerType: z.literal('REQUEST'),
  AuthorizerUri: z.string(),
  IdentitySource: z.array(z.string()).default([]),
});
const StageProperties = z.object({ StageName: z.string().min(1) });

/** True for a part of an API Gateway API that is no WebSocket API: nothing here runs it. */
export function isOtherApi(id: string, resource: Resource, all: ReadonlyMap<string, Resource>): boolean {
  if (!resource.Type.startsWith('AWS::ApiGatewayV2::')) return false;
  const reference = z.object({ Ref: z.string() }).safeParse(ApiId.parse(resource.Properties).ApiId).data;
  const api = resource.Type === API_TYPE ? id : reference?.Ref;
  return all.get(api ?? '')?.Properties['ProtocolType'] !== 'WEBSOCKET';
}

/** Reads the stack's one WebSocket API. Throws a `TemplateError` for what the gateway does not run. */
export function readApi(resources: Resources, functions: readonly LambdaFunction[]): WebSocketApi {
  const api = single(resources.ofType([API_TYPE], ApiProperties), 'WebSocket API');
  const stage = single(resources.ofType([STAGE_TYPE], StageProperties), 'stage');
  const { RouteSelectionExpression: routeSelectionExpression } = api.properties;
  if (makeSelector(routeSelectionExpression) === undefined) {
    const place = { resource: api.id, property: 'RouteSelectionExpression' };
    throw new TemplateError(
      place,
      `only $request.body.<path> is known here, not ${routeSelectionExpression}`,
    );
  }
  return {
    id: resources.resolver.ref(api.id),
    stage: stage.properties.StageName,
    routeSelectionExpression,
    routes: readRoutes(resources, functions),
  };
}

function readRoutes(resources: Resources, functions: readonly LambdaFunction[]): Map<string, Route> {
  const { ref } = resources.resolver;
  const authorizers = readAuthorizers(resources, functions);
  const integrations = resources.ofType([INTEGRATION_TYPE], IntegrationProperties);
  const responses = resources.ofType([ROUTE_RESPONSE_TYPE], RouteResponseProperties);
  const routes = resources.ofType([ROUTE_TYPE], RouteProperties).map(({ id, properties }): Route => {
    const integration = integrations.find((one) => `integrations/${ref(one.id)}` === properties.Target);
    if (integration === undefined)
      throw new TemplateError({ resource: id, property: 'Target' }, 'no such integration');
    const uri = { resource: integration.id, property: 'IntegrationUri' };
    const authorizer = authorizers.get(properties.AuthorizerId ?? '');
    if (properties.AuthorizationType === 'CUSTOM' && authorizer === undefined) {
      throw new TemplateError({ resource: id, property: 'AuthorizerId' }, 'no such authorizer');
    }
    return {
      routeKey: properties.RouteKey,
      functionId: functionOf(integration.properties.IntegrationUri, functions, uri),
      timeoutMs: integration.properties.TimeoutInMillis ?? LONGEST_INTEGRATION_MS,
      ...(properties.AuthorizationType === 'CUSTOM' && authorizer !== undefined ? { authorizer } : {}),
      returnsResponse:
        properties.RouteResponseSelectionExpression === '$default' &&
        responses.some(
          (one) => one.properties.RouteId === ref(id) && one.properties.RouteResponseKey === '$default',
        ),
    };
  });
  return new Map(routes.map((route) => [route.routeKey, route]));
}

function readAuthorizers(
  resources: Resources,
  functions: readonly LambdaFunction[],
): Map<string, Authorizer> {
  const authorizers = resources.ofType([AUTHORIZER_TYPE], AuthorizerProperties);
  return new Map(
    authorizers.map(({ id, properties }) => {
      const functionId = functionOf(properties.AuthorizerUri, functions, {
        resource: id,
        property: 'AuthorizerUri',
      });
      return [resources.resolver.ref(id), { functionId, identitySources: properties.IdentitySource }];
    }),
  );
}

function functionOf(
  uri: string,
  functions: readonly LambdaFunction[],
  place: { resource: string; property: string },
): string {
  const arn = /\/functions\/(.+)\/invocations$/.exec(uri)?.[1];
  const found = functions.find((one) => one.arn === arn);
  if (found === undefined)
    throw new TemplateError(place, `no function that can run here has the ARN ${arn ?? uri}`);
  return found.logicalId;
}

function single<T>(found: readonly T[], what: string): T {
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  throw new TemplateError({ resource: 'template', property: what }, `needs exactly one, has ${found.length}`);
}
