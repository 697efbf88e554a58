import * as z from 'zod';
import type { Resolver } from './intrinsics.ts';
import type { Resource } from './names.ts';
import { TemplateError } from './names.ts';

/** A template's resources, read by type; each read property is resolved and checked. */
export interface Resources {
  /** Resources of one of these types, with their properties as `schema` gives them. */
  readonly ofType: <T>(types: readonly string[], schema: z.ZodType<T>) => { id: string; properties: T }[];
  readonly resolver: Resolver;
}

/**
 * Makes the reader of a template's resources.
 * Only the properties that a schema names are resolved: a property that nothing here uses may hold anything.
 */
export function makeResources(all: ReadonlyMap<string, Resource>, resolver: Resolver): Resources {
  return {
    resolver,
    ofType: (types, schema) =>
      [...all]
        .filter(([, resource]) => types.includes(resource.Type))
        .map(([id, resource]) => ({ id, properties: read(id, resource, schema, resolver) })),
  };
}

function read<T>(id: string, resource: Resource, schema: z.ZodType<T>, resolver: Resolver): T {
  const wanted = schema instanceof z.ZodObject ? Object.keys(schema.shape) : Object.keys(resource.Properties);
  const properties: Record<string, unknown> = {};
  for (const property of wanted) {
    if (!Object.hasOwn(resource.Properties, property)) continue;
    properties[property] = resolver.resolve(resource.Properties[property], { resource: id, property });
  }
  const parsed = schema.safeParse(properties);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const property = issue?.path.map(String).join('.') ?? '';
  throw new TemplateError({ resource: id, property }, issue?.message ?? 'not as expected');
}
