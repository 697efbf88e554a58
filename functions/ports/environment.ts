import * as z from 'zod/mini';

/** The settings that a function gets from its stack (infra/relay-stack.ts), read into a typed model at cold start. */

/** The stack writes them: this tells one from a variable that was mixed up or left empty. */
const url = z.string().check(z.regex(/^(https?|wss?):\/\/[^/]/));

/** Comma-separated in the variable; empty when there is none. */
const hosts = z.pipe(
  z.string(),
  z.transform((list: string) => list.split(',').filter((host) => host !== '')),
);

export const authorizerEnvironment = z.object({
  TABLE_NAME: z.string(),
  TICKET_KEY_SECRET: z.string(),
  ALLOWED_HOSTS: hosts,
});

/** What the webhook of agents' typing needs. */
export const webhookEnvironment = z.object({ TABLE_NAME: z.string(), WEBHOOK_SECRET: z.string() });

/** What every function needs that counts what it handles. */
export const stackEnvironment = z.object({ STACK_NAME: z.string() });

/** What every function needs that answers a client by a call to API Gateway. */
export const connectionsEnvironment = z.object({ AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: url });

/** What a function needs of the table alone. */
export const tableEnvironment = z.object({ TABLE_NAME: z.string() });

/** What every function needs that sends upstream. */
export const senderEnvironment = z.object({
  TICKET_KEY_SECRET: z.string(),
  TABLE_NAME: z.string(),
  WATCH_QUEUE_URL: url,
  GENESYS_CLIENT_SECRET: z.string(),
  GENESYS_API_URL: url,
  GENESYS_LOGIN_URL: url,
  WEB_MESSAGING_URL: url,
  /** Empty where the bare host will do. */
  WEB_MESSAGING_ORIGIN: z.pipe(
    z.string(),
    z.transform((origin: string) => (origin === '' ? undefined : origin)),
  ),
  WEB_MESSAGING_KEEP: z.pipe(
    z.literal(['true', 'false']),
    z.transform((keep: 'true' | 'false') => keep === 'true'),
  ),
  ALLOWED_HOSTS: hosts,
});
export type SenderEnvironment = z.infer<typeof senderEnvironment>;

/**
 * Reads the variables that a model names.
 * @throws Error that names what is missing or wrong: a broken deployment must not get as far as an event
 */
export function readEnvironment<T>(model: z.ZodMiniType<T>): T {
  const parsed = model.safeParse(process.env);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new Error(`Environment variables missing or wrong: ${names}. Deploy the stack again.`);
}
