import * as z from 'zod';
import { intrinsicOf } from './intrinsics.ts';

type Schema = z.core.$ZodType | undefined;

/** For a property without effect: whatever its value. */
export const ANY = z.unknown();
/** For a property that has an effect only when it is on; CloudFormation writes booleans as text, too. */
export const OFF = z.literal([false, 'false']);
/** For a property without effect as long as it has this value, its default. */
export const only = (value: number): z.ZodType => z.literal([value, String(value)]);

/** Leaves only what a schema reads; where it has no fields of its own, the value stays whole. */
export function onlyRead(value: unknown, reads: Schema): unknown {
  const schema = unwrapped(reads);
  const item = itemOf(schema);
  if (Array.isArray(value) && item !== undefined) return value.map((one) => onlyRead(one, item));
  if (!(schema instanceof z.ZodObject) || !isFields(value)) return value;
  const read = Object.entries(value).filter(([key]) => fieldOf(schema, key) !== undefined);
  return Object.fromEntries(read.map(([key, one]) => [key, onlyRead(one, fieldOf(schema, key))]));
}

/**
 * The properties that `reads` does not read and that `withoutEffect` does not accept as they are, as paths such as
 * `DefaultRouteSettings.ThrottlingRateLimit`; a path goes as deep as the two schemas have fields.
 */
export function unread(
  properties: Readonly<Record<string, unknown>>,
  reads: Schema,
  withoutEffect: Schema,
  prefix = '',
): string[] {
  return Object.entries(properties).flatMap(([key, value]) =>
    unreadIn(value, fieldOf(reads, key), fieldOf(withoutEffect, key), prefix + key),
  );
}

function unreadIn(value: unknown, reads: Schema, withoutEffect: Schema, path: string): string[] {
  const [read, silent] = [unwrapped(reads), unwrapped(withoutEffect)];
  const outer = read ?? silent;
  if (Array.isArray(value) && outer instanceof z.ZodArray) {
    return [...new Set(value.flatMap((one) => unreadIn(one, itemOf(read), itemOf(silent), path)))];
  }
  if (isFields(value) && outer instanceof z.ZodObject) return unread(value, read, silent, `${path}.`);
  if (read !== undefined) return [];
  return silent !== undefined && z.safeParse(silent, value).success ? [] : [path];
}

function unwrapped(schema: Schema): Schema {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodExactOptional ||
    inner instanceof z.ZodDefault
  ) {
    inner = inner.unwrap();
  }
  return inner;
}

function itemOf(schema: Schema): Schema {
  return schema instanceof z.ZodArray ? schema.element : undefined;
}

/** The schema of a field; undefined where there is none of that name. */
export function fieldOf(schema: Schema, key: string): Schema {
  if (!(schema instanceof z.ZodObject)) return undefined;
  const fields: Readonly<Record<string, Schema>> = schema.shape;
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** True for an object with fields of its own, not for an intrinsic function that stands for a value. */
function isFields(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && intrinsicOf(value) === undefined
  );
}
