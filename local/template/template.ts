import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Protocol } from './apis.ts';
import { isApiPart, protocolOf } from './apis.ts';
import { isSourceOf, readEventSources } from './event-sources.ts';
import { FUNCTION_TYPE, isRunnable, readFunctions } from './functions.ts';
import { readHttpApi } from './http-api.ts';
import { makeResolver } from './intrinsics.ts';
import type { NotRun, Template } from './model.ts';
import type { Resource } from './names.ts';
import { ACCOUNT, REGION, TemplateError } from './names.ts';
import { resourcesNotRun, sectionsNotRun } from './not-run.ts';
import { isFifo, QUEUE_TYPE, readQueues } from './queues.ts';
import { makeResources, parsed } from './resources.ts';
import { readSecrets, readTables, SECRET_TYPE, TABLE_TYPES } from './stores.ts';
import { readApi } from './websocket-api.ts';

const RawTemplate = z.looseObject({
  Parameters: z
    .record(z.string(), z.object({ Type: z.string(), Default: z.coerce.string().optional() }))
    .default({}),
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      Metadata: z.record(z.string(), z.unknown()).optional(),
      Condition: z.string().optional(),
    }),
  ),
});

const RUN = new Set([...TABLE_TYPES, SECRET_TYPE, FUNCTION_TYPE, QUEUE_TYPE]);

/**
 * Reads `<cdkOutDir>/<stackName>.template.json` into what the local run needs.
 * Throws a `TemplateError` that names the resource and the property it cannot make sense of; what nothing here runs
 * comes back in `notRun`.
 */
export function loadTemplate(cdkOutDir: string, stackName: string): Template {
  const json: unknown = JSON.parse(readFileSync(join(cdkOutDir, `${stackName}.template.json`), 'utf8'));
  const raw = parsed(RawTemplate, json, 'template');
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
  const told: NotRun[] = [];
  const tell = (one: NotRun): void => void told.push(one);
  const resources = makeResources(runs, resolver, tell);
  const functions = readFunctions(resources, cdkOutDir);
  const queues = readQueues(resources);
  const partsOf = (protocol: Protocol) =>
    makeResources(new Map([...runs].filter(([, one]) => protocolOf(one, all) === protocol)), resolver, tell);
  const httpApi = readHttpApi(partsOf('HTTP'), functions);
  const read = {
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
  };
  // Last: by now every reader has told what it left.
  return { ...read, notRun: [...sectionsNotRun(raw), ...resourcesNotRun(all, runs, told)] };
}

function isRun(resource: Resource, all: ReadonlyMap<string, Resource>): boolean {
  if (isApiPart(resource, all)) return true;
  if (!RUN.has(resource.Type)) return false;
  if (resource.Type === QUEUE_TYPE) return !isFifo(resource);
  return resource.Type !== FUNCTION_TYPE || isRunnable(resource);
}

/** Defaults; none for a parameter without one, and not those of SSM parameters: there the default is only the parameter's name. */
function parameterValues(raw: z.infer<typeof RawTemplate>): Map<string, string | undefined> {
  return new Map(
    Object.entries(raw.Parameters).map(([name, { Type: type, Default: value }]) => [
      name,
      type.startsWith('AWS::SSM::') ? undefined : value,
    ]),
  );
}
