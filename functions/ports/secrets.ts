import * as z from 'zod/mini';
import type { CallAws } from './aws.ts';
import { tryJson } from './http.ts';

const secretValue = z.object({ SecretString: z.string() });

/** How often a secret is fetched again at most when what it holds turns out to be outdated. */
const REFRESH_AT_MOST_EVERY_MS = 30_000;

/** A secret that is fetched once per environment, and again where a reader says that it is outdated. */
export interface Secret<T> {
  /** @throws Error when the secret cannot be read, or does not hold what it should; never shows what it holds */
  get: () => Promise<T>;
  /** Forgets the value, unless it was fetched just now. Says whether the next `get` fetches anew. */
  refresh: () => boolean;
}

/** @param now epoch milliseconds */
export function makeSecret<T>(
  call: CallAws,
  secretId: string,
  schema: z.ZodMiniType<T>,
  now: () => number,
): Secret<T> {
  let fetchedAt = 0;
  let value: Promise<T> | undefined;

  async function fetchValue(): Promise<T> {
    fetchedAt = now();
    const { SecretString } = secretValue.parse(await call('GetSecretValue', { SecretId: secretId }));
    const parsed = schema.safeParse(tryJson(SecretString));
    if (parsed.success) return parsed.data;
    const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'all of it').join(', ');
    throw new Error(`The secret ${secretId} does not hold what it should; missing or wrong: ${fields}`);
  }

  return {
    get() {
      value ??= fetchValue().catch((error: unknown) => {
        value = undefined;
        throw error;
      });
      return value;
    },
    refresh() {
      if (now() - fetchedAt < REFRESH_AT_MOST_EVERY_MS) return false;
      value = undefined;
      return true;
    },
  };
}
