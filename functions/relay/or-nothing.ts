import * as z from 'zod/mini';

type OrNothing<T> = z.ZodMiniOptional<z.ZodMiniPipe<z.ZodMiniUnknown, z.ZodMiniTransform<T | undefined>>>;

/**
 * A field of what others write: one that is null, or of another type, counts as absent, and must not hide what the rest
 * says.
 */
export function orNothing<T>(schema: z.ZodMiniType<T>): OrNothing<T> {
  // Not z.catch, which brings the words of all of zod's errors: 10 KB on the message path.
  const kept = z.transform((value: unknown) => {
    // Most fields are just not there: a refusal, with its stack, would be made for each.
    return value === undefined || value === null ? undefined : schema.safeParse(value).data;
  });
  return z.optional(z.pipe(z.unknown(), kept));
}
