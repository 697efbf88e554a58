import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import type { OAuth } from './oauth.ts';
import type { OrgState } from './state.ts';

/** What the org's interfaces are made of. */
export interface OrgPorts {
  state: OrgState;
  oauth: OAuth;
  faults: Faults;
  journal: Journal;
  /** Waits so many milliseconds; rejects when the org is closed in between. */
  wait: (ms: number) => Promise<unknown>;
}
