import { RelayError } from '../functions/relay/errors.ts';

/** The RelayError that a promise rejects with; fails the test when it rejects with another, or not at all. */
export async function refusalOf(promise: Promise<unknown>): Promise<RelayError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof RelayError) return error;
  throw new Error('not refused', { cause: error });
}
