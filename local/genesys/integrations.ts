import { randomBytes, randomUUID } from 'node:crypto';

import * as z from 'zod/mini';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

function isLoopback(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && LOOPBACK.has(url.hostname);
}

const direction = z.enum(['Enabled', 'Disabled']);
const settings = {
  /** `event.typing.on.inbound` of its messaging setting: whether a guest's typing is taken. */
  inbound: direction,
  /** `event.typing.on.outbound`: whether an agent's typing goes to the webhook. */
  outbound: direction,
  /** Where the org posts what is outbound; null for nowhere. Genesys asks for https on port 443 instead. */
  webhookUrl: z.nullable(
    z.string().check(z.refine(isLoopback, 'a webhook is on this machine: http://127.0.0.1:…')),
  ),
  /** Signs what is posted. */
  secret: z.string().check(z.minLength(1)),
  /** How often a delivery that was not answered 2xx is tried again, at once. */
  retries: z.int().check(z.gte(0), z.lte(10)),
};
export const integrationChange = z.partial(z.strictObject(settings));

/** An integration of open messaging with its messaging setting. */
export interface Integration extends z.infer<z.ZodMiniObject<typeof settings>> {
  readonly integrationId: string;
  readonly settingId: string;
}

type Change = z.infer<typeof integrationChange>;

export interface Integrations {
  create(change?: Change, integrationId?: string): Integration;
  list(): Integration[];
  get(integrationId: string): Integration | undefined;
  bySetting(settingId: string): Integration | undefined;
}

/** Fixed, so that documentation can show it. */
export const DEMO_INTEGRATION = 'e0000000-0000-4000-8000-000000000001';

/** The org's integrations of open messaging, in memory; unlike Genesys' (§3.2), typing is on at first, both ways. */
export function makeIntegrations(): Integrations {
  const integrations = new Map<string, Integration>();
  return {
    create(change = {}, integrationId = randomUUID()) {
      const integration: Integration = {
        inbound: change.inbound ?? 'Enabled',
        outbound: change.outbound ?? 'Enabled',
        webhookUrl: change.webhookUrl ?? null,
        secret: change.secret ?? randomBytes(24).toString('base64url'),
        retries: change.retries ?? 0,
        integrationId,
        settingId: randomUUID(),
      };
      integrations.set(integrationId, integration);
      return integration;
    },
    list: () => [...integrations.values()],
    get: (integrationId) => integrations.get(integrationId),
    bySetting: (wanted) => [...integrations.values()].find(({ settingId }) => settingId === wanted),
  };
}
