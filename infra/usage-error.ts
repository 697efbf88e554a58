/** Something that the caller of a command can put right: the command exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
