import * as z from 'zod';
import { parseRouteKey } from '../http-api/routes.ts';
import {
  API_TYPE,
  functionOf,
  INTEGRATION_TYPE,
  integrationOf,
  ROUTE_TYPE,
  single,
  STAGE_TYPE,
  WITHOUT_EFFECT,
} from './apis.ts';
import type { Cors, HttpApi, HttpRoute, LambdaFunction } from './model.ts';
import { TemplateError } from './names.ts';
import type { Resources } from './resources.ts';

/** docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const LONGEST_INTEGRATION_MS = 30_000;

/** CloudFormation writes booleans and numbers as text, too. */
const number = z.coerce.number();
const flag = z.boolean().or(z.stringbool());
const list = z.array(z.string()).default([]);
const unknownHere = (what: string) => z.undefined({ error: `${what} is not known here` }).optional();

const CorsConfiguration = z.object({
  AllowCredentials: flag.default(false),
  AllowHeaders: list,
  AllowMethods: list,
  AllowOrigins: list,
  ExposeHeaders: list,
  MaxAge: number.optional(),
});
const ApiProperties = z.object({
  ProtocolType: z.literal('HTTP'),
  CorsConfiguration: CorsConfiguration.optional(),
  Body: unknownHere('an API made from an OpenAPI document'),
  BodyS3Location: unknownHere('an API made from an OpenAPI document'),
  Target: unknownHere('an API made by quick create'),
});
const apiWithoutEffect = WITHOUT_EFFECT.api.extend({
  // The only one of an HTTP API.
  RouteSelectionExpression: z.literal('${request.method} ${request.path}'),
});
const RouteProperties = z.object({
  RouteKey: z.string(),
  Target: z.string().startsWith('integrations/'),
  AuthorizationType: z.literal('NONE').default('NONE'),
});
const IntegrationProperties = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationSubtype: unknownHere('a call of another AWS service'),
  PayloadFormatVersion: z.literal('2.0'),
  IntegrationUri: z.string(),
  RequestParameters: unknownHere('parameter mapping'),
  ResponseParameters: unknownHere('parameter mapping'),
  TimeoutInMillis: number.default(LONGEST_INTEGRATION_MS),
});
const StageProperties = z.object({
  StageName: z.string().min(1),
  StageVariables: z.record(z.string(), z.string()).optional(),
});

/**
 * Reads the stack's HTTP API; undefined when it has none.
 * Throws a `TemplateError` for what does not run here, and for a second API or stage.
 * @param resources the parts of HTTP APIs
 */
export function readHttpApi(resources: Resources, functions: readonly LambdaFunction[]): HttpApi | undefined {
  const apis = resources.ofType([API_TYPE], ApiProperties, apiWithoutEffect);
  if (apis.length === 0) return undefined;
  const { id, properties } = single(apis, 'HTTP API');
  const { StageName: stage, StageVariables: variables } = single(
    resources.ofType([STAGE_TYPE], StageProperties, WITHOUT_EFFECT.stage),
    'stage of the HTTP API',
  ).properties;
  const { CorsConfiguration: cors } = properties;
  return {
    id: resources.resolver.ref(id),
    stage,
    ...(variables === undefined ? {} : { stageVariables: variables }),
    ...(cors === undefined ? {} : { cors: readCors(cors) }),
    routes: readRoutes(resources, functions),
  };
}

function readRoutes(resources: Resources, functions: readonly LambdaFunction[]): HttpRoute[] {
  const integrations = resources.ofType(
    [INTEGRATION_TYPE],
    IntegrationProperties,
    WITHOUT_EFFECT.integration,
  );
  return resources.ofType([ROUTE_TYPE], RouteProperties, WITHOUT_EFFECT.route).map(({ id, properties }) => {
    const { RouteKey: routeKey, Target: target } = properties;
    if (parseRouteKey(routeKey) === undefined)
      throw new TemplateError({ resource: id, property: 'RouteKey' }, `${routeKey} is no route key`);
    const integration = integrationOf(integrations, target, id, resources);
    const { IntegrationUri: uri, TimeoutInMillis: timeoutMs } = integration.properties;
    const place = { resource: integration.id, property: 'IntegrationUri' };
    return { routeKey, functionId: functionOf(uri, functions, place), timeoutMs };
  });
}

function readCors(cors: z.infer<typeof CorsConfiguration>): Cors {
  return {
    allowCredentials: cors.AllowCredentials,
    allowHeaders: cors.AllowHeaders,
    allowMethods: cors.AllowMethods,
    allowOrigins: cors.AllowOrigins,
    exposeHeaders: cors.ExposeHeaders,
    ...(cors.MaxAge === undefined ? {} : { maxAgeSeconds: cors.MaxAge }),
  };
}
