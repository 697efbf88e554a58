import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Protocol } from './apis.ts';
import { isApiPart, protocolOf } from './apis.ts';
import { isSourceOf, readEventSources } from './event-sources.ts';
import { FUNCTION_TYPE, isRunnable, readFunctions } from './functions.ts';
import { readHttpApi } from './http-api.ts';
import { makeResolver } from './intrinsics.ts';
import type { Template } from './model.ts';
import type { Resource } from './names.ts';
import { ACCOUNT, REGION, TemplateError } from './names.ts';
import { isFifo, QUEUE_TYPE, readQueues } from './queues.ts';
import { makeResources } from './resources.ts';
import { readSecrets, readTables, SECRET_TYPE, TABLE_TYPES } from './stores.ts';
import { readApi } from './websocket-api.ts';

const RawTemplate = z.object({
  Parameters: z
    .record(z.string(), z.object({ Type: z.string(), Default: z.coerce.string().optional() }))
    .default({}),
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      Condition: z.string().optional(),
    }),
  ),
});

const RUN = new Set([...TABLE_TYPES, SECRET_TYPE, FUNCTION_TYPE, QUEUE_TYPE]);

/** What a deployment needs and a local run does not. */
const NEEDS_NOTHING =
  /^AWS::(IAM::.*|Logs::.*|Lambda::Permission|CDK::Metadata|ApiGateway::Account|ApiGatewayV2::Deployment|SQS::QueuePolicy)$/;

/**
 * Reads `<cdkOutDir>/<stackName>.template.json` into what the local run needs.
 * Throws a `TemplateError` that names the resource and the property it cannot make sense of; resources that
 * nothing here runs come back in `unknown`.
 */
export function loadTemplate(cdkOutDir: string, stackName: string): Template {
  const json: unknown = JSON.parse(readFileSync(join(cdkOutDir, `${stackName}.template.json`), 'utf8'));
  const raw = RawTemplate.parse(json);
  const all = new Map<string, Resource>(Object.entries(raw.Resources));
  const resolver = makeResolver({ stackName, resources: all, parameters: parameterValues(raw) });
  const direct = new Map([...all].filter(([, resource]) => isRun(resource, all)));
  const isSource = isSourceOf(direct, resolver);
  const runs = new Map([...all].filter(([id, resource]) => direct.has(id) || isSource(id, resource)));
  for (const [id] of runs) {
    const condition = raw.Resources[id]?.Condition;
    if (condition === undefined) continue;
    throw new TemplateError(
      { resource: id, property: 'Condition' },
      `conditions are not known here (${condition})`,
    );
  }
  const resources = makeResources(runs, resolver);
  const functions = readFunctions(resources, cdkOutDir);
  const queues = readQueues(resources);
  const partsOf = (protocol: Protocol) =>
    makeResources(new Map([...runs].filter(([, one]) => protocolOf(one, all) === protocol)), resolver);
  const httpApi = readHttpApi(partsOf('HTTP'), functions);
  return {
    stackName,
    region: REGION,
    account: ACCOUNT,
    functions,
    api: readApi(partsOf('WEBSOCKET'), functions),
    ...(httpApi === undefined ? {} : { httpApi }),
    tables: readTables(resources),
    secrets: readSecrets(resources),
    queues,
    eventSources: readEventSources(resources, queues, functions),
    unknown: [...all]
      .filter(([id, resource]) => !runs.has(id) && !NEEDS_NOTHING.test(resource.Type))
      .map(([id, resource]) => ({ resource: id, type: resource.Type })),
  };
}

function isRun(resource: Resource, all: ReadonlyMap<string, Resource>): boolean {
  if (isApiPart(resource, all)) return true;
  if (!RUN.has(resource.Type)) return false;
  if (resource.Type === QUEUE_TYPE) return !isFifo(resource);
  return resource.Type !== FUNCTION_TYPE || isRunnable(resource);
}

/** Defaults, but not those of SSM parameters: there the default is only the parameter's name. */
function parameterValues(raw: z.infer<typeof RawTemplate>): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, parameter] of Object.entries(raw.Parameters)) {
    if (parameter.Default !== undefined && !parameter.Type.startsWith('AWS::SSM::'))
      values.set(name, parameter.Default);
  }
  return values;
}
