import * as z from 'zod';

/** What a proxy integration takes as the status of an answer, of either kind of API. */
export const statusCode = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{3}$/)
      .transform(Number),
  ])
  .pipe(z.int().min(200).max(599));

/** And as its headers. */
export const answerHeaders = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
);
