import type { Agents } from './agents.ts';
import type { Behaviour } from './behaviour.ts';
import type { Deployments } from './deployments.ts';
import type { Faults } from './faults.ts';
import type { Integrations } from './integrations.ts';
import type { Journal } from './journal.ts';
import type { OAuth } from './oauth.ts';
import type { OrgState } from './state.ts';
import type { After } from './timers.ts';
import type { Sessions } from './web-messaging/sessions.ts';
import type { Webhook } from './webhook.ts';

/** What the org's interfaces are made of. */
export interface OrgPorts {
  /** The org's own, `http://127.0.0.1:PORT`. */
  origin: string;
  state: OrgState;
  behaviour: Behaviour;
  deployments: Deployments;
  integrations: Integrations;
  sessions: Sessions;
  webhook: Webhook;
  agents: Agents;
  oauth: OAuth;
  faults: Faults;
  journal: Journal;
  /** Milliseconds since the epoch. */
  now: () => number;
  after: After;
  /** Waits so many milliseconds; rejects when the org is closed in between. */
  wait: (ms: number) => Promise<unknown>;
}
