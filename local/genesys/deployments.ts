import { randomUUID } from 'node:crypto';

import * as z from 'zod/mini';

import type { Behaviour } from './behaviour.ts';

/** What the control API may set of a deployment of web messaging, by the names of the platform's own models. */
const settings = {
  status: z.enum(['Active', 'Inactive']),
  allowAllDomains: z.boolean(),
  allowedDomains: z.array(z.string().check(z.minLength(1))),
  showAgentTypingIndicator: z.boolean(),
  showUserTypingIndicator: z.boolean(),
  /** How long a session lives without a message. */
  sessionDurationSeconds: z.int().check(z.gte(1)),
};
export const deploymentChange = z.partial(z.strictObject(settings));

export interface Deployment extends z.infer<z.ZodMiniObject<typeof settings>> {
  readonly deploymentId: string;
}

type Change = z.infer<typeof deploymentChange>;

export interface Deployments {
  create(change?: Change, deploymentId?: string): Deployment;
  list(): Deployment[];
  get(deploymentId: string): Deployment | undefined;
}

/** Fixed, so that documentation can show it. */
export const DEMO_DEPLOYMENT = 'd0000000-0000-4000-8000-000000000001';

/** The org's deployments of web messaging, in memory; unlike Genesys' (§2.5), both indicators are on at first. */
export function makeDeployments(): Deployments {
  const deployments = new Map<string, Deployment>();
  return {
    create(change = {}, deploymentId = randomUUID()) {
      const deployment: Deployment = {
        status: change.status ?? 'Active',
        allowAllDomains: change.allowAllDomains ?? true,
        allowedDomains: change.allowedDomains ?? [],
        showAgentTypingIndicator: change.showAgentTypingIndicator ?? true,
        showUserTypingIndicator: change.showUserTypingIndicator ?? true,
        // The platform's default is not published (§1.7).
        sessionDurationSeconds: change.sessionDurationSeconds ?? 86_400,
        deploymentId,
      };
      deployments.set(deploymentId, deployment);
      return deployment;
    },
    list: () => [...deployments.values()],
    get: (deploymentId) => deployments.get(deploymentId),
  };
}

/** Whether a page of this origin may connect; mobile clients send a bare host name for one (§1.3). */
export function allowsOrigin(
  { allowAllDomains, allowedDomains }: Deployment,
  origin: string | undefined,
  { missingOrigin }: Pick<Behaviour, 'missingOrigin'>,
): boolean {
  if (allowAllDomains) return true;
  if (origin === undefined) return missingOrigin === 'accepted';
  return allowedDomains.some((domain) => hostOf(domain) === hostOf(origin));
}

function hostOf(origin: string): string {
  return origin
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[:/].*$/, '');
}
