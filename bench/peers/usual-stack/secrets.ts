import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type * as z from 'zod';

const MAX_AGE_MS = 300_000;

/** A secret that is fetched with its first use, and anew when it has grown old. */
export function cachedSecret<T>(
  client: SecretsManagerClient,
  SecretId: string,
  schema: z.ZodType<T>,
): () => Promise<T> {
  let cached: { value: Promise<T>; fetchedAt: number } | undefined;

  async function fetchSecret(): Promise<T> {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    return schema.parse(JSON.parse(SecretString));
  }

  return () => {
    if (!cached || Date.now() - cached.fetchedAt > MAX_AGE_MS) {
      const value = fetchSecret();
      value.catch(() => (cached = undefined));
      cached = { value, fetchedAt: Date.now() };
    }
    return cached.value;
  };
}
