import { createHash } from 'node:crypto';
import { compactDecrypt, type CompactJWEHeaderParameters } from 'jose';
import * as z from 'zod';
import { FrameError } from './errors.ts';

const ticketKey = z.object({ kid: z.string().min(1), key: z.string().regex(/^[0-9a-f]{64}$/i) });
export const ticketKeys = ticketKey.extend({ previous: ticketKey.optional() });
export type TicketKeys = z.infer<typeof ticketKeys>;

const id = z.string().regex(/^[\w-]{1,64}$/);
const token = z
  .string()
  .max(2_048)
  .regex(/^[\x21-\x7e]+$/);

const upstream = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('web-messaging'), deploymentId: id, token }),
  z.object({
    kind: z.literal('open-messaging'),
    integrationId: id,
    userId: z.string().min(1).max(256),
    idType: z.enum(['Email', 'Phone', 'Opaque']).default('Opaque'),
    nickname: z.string().min(1).max(256).optional(),
  }),
  z.object({
    kind: z.literal('agent-communication'),
    conversationId: id,
    communicationId: id,
    userToken: token.optional(),
  }),
  z.object({ kind: z.literal('typing-frame'), socketUrl: z.url({ protocol: /^wss?$/ }) }),
  z.object({
    kind: z.literal('participant-state'),
    conversationId: id,
    participantId: id,
    guestToken: token.optional(),
  }),
]);
export type Upstream = z.infer<typeof upstream>;

const claims = z.object({ sub: z.string(), upstream });

export interface Session {
  upstream: Upstream;
  /** The same for each connection of one upstream session. */
  key: string;
  held: boolean;
}

const ONLY = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };

function keyOf(keys: TicketKeys, kid: string | undefined): Uint8Array {
  const found = [keys, keys.previous].find((candidate) => candidate?.kid === kid);
  if (!found) throw new FrameError('session_ended', 'Get a new ticket and connect again.');
  return new Uint8Array(Buffer.from(found.key, 'hex'));
}

/** Opens a JWE that was sealed with one of these keys. */
export async function openSealed(keys: TicketKeys, sealed: string): Promise<unknown> {
  const key = ({ kid }: CompactJWEHeaderParameters): Uint8Array => keyOf(keys, kid);
  const { plaintext } = await compactDecrypt(sealed, key, ONLY);
  return JSON.parse(new TextDecoder().decode(plaintext));
}

/** What tells one upstream session from another. */
function identityOf(fields: Upstream): string[] {
  switch (fields.kind) {
    case 'web-messaging':
      return [fields.deploymentId, fields.token];
    case 'open-messaging':
      return [fields.integrationId, fields.userId];
    case 'agent-communication':
      return [fields.conversationId, fields.communicationId];
    case 'typing-frame':
      return [fields.socketUrl];
    case 'participant-state':
      return [fields.conversationId, fields.participantId];
  }
}

export const digest = (parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

function isAllowed(url: string, hosts: readonly string[]): boolean {
  const { protocol, host, username, password } = new URL(url);
  return username === '' && password === '' && protocol === 'wss:' && hosts.includes(host);
}

/** Opens the session that the authorizer sealed. @throws FrameError */
export async function openSession(
  keys: TicketKeys,
  sealed: string,
  allowedHosts: readonly string[],
): Promise<Session> {
  const opened = claims.safeParse(await openSealed(keys, sealed));
  if (!opened.success)
    throw new FrameError('session_ended', 'Get a new ticket and connect again.', { cause: opened.error });
  const fields = opened.data.upstream;
  if (fields.kind === 'typing-frame' && !isAllowed(fields.socketUrl, allowedHosts))
    throw new FrameError('session_ended', 'This host is not allowed.');
  return {
    upstream: fields,
    key: digest([fields.kind, ...identityOf(fields)]),
    held: fields.kind === 'typing-frame' || fields.kind === 'participant-state',
  };
}
