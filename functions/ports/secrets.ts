import * as z from 'zod/mini';
import type { CallAws } from './aws.ts';
import { tryJson } from './http.ts';

const secretValue = z.object({ SecretString: z.string() });

/** A value older than this is fetched anew before it is used, so that a key that was taken away stops to open. */
const MAX_AGE_MS = 300_000;

/** A value younger than this is not fetched again, whoever asks: anybody can make up a key's name. */
const MIN_AGE_MS = 5_000;

/** A secret that is kept per environment, and follows its source. */
export interface Secret<T> {
  /** @throws Error when the secret cannot be read, or does not hold what it should; never shows what it holds */
  get: () => Promise<T>;
  /**
   * Fetches the value anew, because what it holds was refused. A value that was fetched just now stays, and so does the
   * old one when the source cannot be reached.
   * @returns whether the value is a new one
   */
  refresh: () => Promise<boolean>;
}

/** @param now epoch milliseconds */
export function makeSecret<T>(
  call: CallAws,
  secretId: string,
  schema: z.ZodMiniType<T>,
  now: () => number,
): Secret<T> {
  let triedAt = -Infinity;
  let value: Promise<T> | undefined;
  let fetching: Promise<T> | undefined;

  /** One fetch at a time; the value changes only when it succeeds. */
  function fetchValue(): Promise<T> {
    if (!fetching) triedAt = now();
    fetching ??= readSecret(call, secretId, schema)
      .then((fetched) => {
        value = Promise.resolve(fetched);
        return fetched;
      })
      .finally(() => {
        fetching = undefined;
      });
    return fetching;
  }

  return {
    async get() {
      if (value === undefined) return fetchValue();
      // Waited for: an environment that slept would use the old one once more, and be frozen before the new one came.
      if (now() - triedAt > MAX_AGE_MS) await fetchValue().catch(() => undefined);
      return value;
    },
    async refresh() {
      if (!fetching && now() - triedAt < MIN_AGE_MS) return false;
      return fetchValue().then(
        () => true,
        () => false,
      );
    },
  };
}

async function readSecret<T>(call: CallAws, secretId: string, schema: z.ZodMiniType<T>): Promise<T> {
  const { SecretString } = secretValue.parse(await call('GetSecretValue', { SecretId: secretId }));
  const parsed = schema.safeParse(tryJson(SecretString));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'all of it').join(', ');
  throw new Error(`The secret ${secretId} does not hold what it should; missing or wrong: ${fields}`);
}
