import * as z from 'zod';

/** The same variables that the relay's function has from its stack. */
const settings = z.object({
  TICKET_KEY_SECRET: z.string(),
  TABLE_NAME: z.string(),
  WATCH_QUEUE_URL: z.url(),
  GENESYS_CLIENT_SECRET: z.string(),
  GENESYS_API_URL: z.url(),
  GENESYS_LOGIN_URL: z.url(),
  WEB_MESSAGING_URL: z.url(),
  ALLOWED_HOSTS: z.string().transform((list) => list.split(',').filter(Boolean)),
  STACK_NAME: z.string(),
});
export type Settings = z.infer<typeof settings>;

/** @throws ZodError when the deployment is broken */
export const readSettings = (): Settings => settings.parse(process.env);
