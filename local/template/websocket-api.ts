import * as z from 'zod';
import { makeSelector } from '../gateway/routes.ts';
import {
  API_TYPE,
  AUTHORIZER_TYPE,
  functionOf,
  INTEGRATION_TYPE,
  integrationOf,
  ROUTE_RESPONSE_TYPE,
  ROUTE_TYPE,
  single,
  STAGE_TYPE,
  WITHOUT_EFFECT,
} from './apis.ts';
import type { Authorizer, LambdaFunction, Route, WebSocketApi } from './model.ts';
import { TemplateError } from './names.ts';
import { ANY } from './properties.ts';
import type { Resources } from './resources.ts';

/** docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const LONGEST_INTEGRATION_MS = 29_000;

/** docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html */
const ONLY_RESPONSE = z.literal('$default');

const ApiProperties = z.object({
  ProtocolType: z.literal('WEBSOCKET'),
  RouteSelectionExpression: z.string(),
});
const apiWithoutEffect = WITHOUT_EFFECT.api.extend({
  // Only with a route's ApiKeyRequired, which is named.
  ApiKeySelectionExpression: ANY,
});
const RouteProperties = z.object({
  RouteKey: z.string(),
  Target: z.string().startsWith('integrations/'),
  AuthorizationType: z.enum(['NONE', 'CUSTOM']).default('NONE'),
  AuthorizerId: z.string().optional(),
  RouteResponseSelectionExpression: ONLY_RESPONSE.optional(),
});
const RouteResponseProperties = z.object({ RouteId: z.string(), RouteResponseKey: ONLY_RESPONSE });
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

/**
 * Reads the stack's one WebSocket API. Throws a `TemplateError` for what the gateway does not run.
 * @param resources the parts of WebSocket APIs
 */
export function readApi(resources: Resources, functions: readonly LambdaFunction[]): WebSocketApi {
  const api = single(resources.ofType([API_TYPE], ApiProperties, apiWithoutEffect), 'WebSocket API');
  const stage = single(resources.ofType([STAGE_TYPE], StageProperties, WITHOUT_EFFECT.stage), 'stage');
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
  const { integration, route, routeResponse } = WITHOUT_EFFECT;
  const authorizers = readAuthorizers(resources, functions);
  const integrations = resources.ofType([INTEGRATION_TYPE], IntegrationProperties, integration);
  const responses = resources.ofType([ROUTE_RESPONSE_TYPE], RouteResponseProperties, routeResponse);
  const routes = resources.ofType([ROUTE_TYPE], RouteProperties, route).map(({ id, properties }): Route => {
    const integration = integrationOf(integrations, properties.Target, id, resources);
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
        properties.RouteResponseSelectionExpression !== undefined &&
        responses.some((one) => one.properties.RouteId === ref(id)),
    };
  });
  return new Map(routes.map((route) => [route.routeKey, route]));
}

function readAuthorizers(
  resources: Resources,
  functions: readonly LambdaFunction[],
): Map<string, Authorizer> {
  const authorizers = resources.ofType([AUTHORIZER_TYPE], AuthorizerProperties, WITHOUT_EFFECT.authorizer);
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
