import * as z from 'zod/mini';

/**
 * A field of what others write: one that is null, or of another type, counts as absent, and must not hide what the rest
 * says.
 */
export function orNothing<T>(schema: z.ZodMiniType<T>): z.ZodMiniCatch<z.ZodMiniOptional<z.ZodMiniType<T>>> {
  return z.catch(z.optional(schema), undefined);
}
