import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Something that the caller of the command can put right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The flags by their options. @throws UsageError */
export function parseFlags<T extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: T,
): ReturnType<typeof parseArgs<{ args: string[]; options: T }>>['values'] {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : 'Wrong flags'}. See --help.`);
  }
}

/** The whole number that a flag has. @throws UsageError */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(
    `--${flag} takes a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`,
  );
}
