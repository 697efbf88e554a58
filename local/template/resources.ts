import type * as z from 'zod';
import type { Resolver } from './intrinsics.ts';
import type { NotRun } from './model.ts';
import type { Resource } from './names.ts';
import { nameProperty, TemplateError } from './names.ts';
import { fieldOf, onlyRead, unread } from './properties.ts';

/** One resource: its metadata is as it stands in the template, nothing in it is resolved. */
export interface Read<T> {
  readonly id: string;
  readonly properties: T;
  readonly metadata: NonNullable<Resource['Metadata']>;
}

/** A template's resources, read by type; each read property is resolved and checked. */
export interface Resources {
  /**
   * Resources of one of these types, with their properties as `reads` gives them.
   * @param withoutEffect the properties that make no difference here, with the values of which that is true;
   *   what neither schema knows is told as not run
   */
  readonly ofType: <S extends z.ZodObject>(
    types: readonly string[],
    reads: S,
    withoutEffect: z.ZodObject,
  ) => Read<z.infer<S>>[];
  readonly resolver: Resolver;
}

/**
 * Makes the reader of a template's resources.
 * Only the properties that a schema names are resolved: a property that nothing here uses may hold anything.
 * @param tell is called for each resource that has properties which nothing here runs
 */
export function makeResources(
  all: ReadonlyMap<string, Resource>,
  resolver: Resolver,
  tell: (notRun: NotRun) => void,
): Resources {
  return {
    resolver,
    ofType: (types, reads, withoutEffect) =>
      [...all]
        .filter(([, resource]) => types.includes(resource.Type))
        .map(([id, resource]) => {
          const { Type: type, Properties: raw, Metadata: metadata = {} } = resource;
          const own = nameProperty(type);
          const properties = unread(raw, reads, withoutEffect).filter((path) => path !== own);
          if (properties.length > 0) tell({ resource: id, type, properties });
          return { id, properties: read(id, raw, reads, resolver), metadata };
        }),
  };
}

function read<S extends z.ZodObject>(
  id: string,
  raw: Resource['Properties'],
  reads: S,
  resolver: Resolver,
): z.infer<S> {
  const properties = Object.entries(raw)
    .filter(([property]) => fieldOf(reads, property) !== undefined)
    .map(([property, value]): [string, unknown] => {
      const wanted = onlyRead(value, fieldOf(reads, property));
      return [property, resolver.resolve(wanted, { resource: id, property })];
    });
  return parsed(reads, Object.fromEntries(properties), id);
}

/** What a schema makes of a value. Throws a `TemplateError` that names the first place which is not as expected. */
export function parsed<S extends z.ZodType>(schema: S, value: unknown, resource: string): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const property = issue?.path.map(String).join('.') ?? '';
  throw new TemplateError({ resource, property }, issue?.message ?? 'not as expected');
}
