import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';
import type { Client, Seen } from './client.ts';

/** The far side did something else than a scenario expects, in words that go on after "a target …". */
export class Difference extends Error {
  override readonly name = 'Difference';
}

/** A value as a line of text, and no more of it than a person reads. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** @param what such as `the status of the upgrade` */
export function expectSame(what: string, seen: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(seen, expected))
    throw new Difference(`${what} is ${shown(seen)}, this suite expects ${shown(expected)}`);
}

export function expectTrue(what: string, holds: boolean): void {
  if (!holds) throw new Difference(what);
}

/** Reads what came by its schema. */
export function expectShape<T>(what: string, schema: z.ZodType<T>, seen: unknown): T {
  const parsed = schema.safeParse(seen);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`);
  throw new Difference(`${what} is ${shown(seen)} (${wrong.join('; ')})`);
}

/** The next thing that comes is the end of the connection, with this code. */
export async function expectClosed(client: Client, code: number): Promise<void> {
  const seen = await client.next();
  if (!('code' in seen)) throw new Difference(`${unended(seen)}, this suite expects a close with ${code}`);
  if (seen.code !== code) throw new Difference(`closed with ${seen.code}, this suite expects ${code}`);
}

function unended(seen: Exclude<Seen, { code: number }>): string {
  return `the connection stays open and sends ${'text' in seen ? shown(seen.text) : 'a binary frame'}`;
}
