import { connections } from './connections.ts';
import { disconnects } from './disconnect.ts';
import { events } from './events.ts';
import { httpApi } from './http-api.ts';
import { limitScenarios } from './limits.ts';
import { messages } from './messages.ts';
import { relay } from './relay.ts';
import type { Scenario } from './scenario.ts';
import { upgrades } from './upgrades.ts';

/** The whole suite, in the order in which it is played. */
export const SCENARIOS: readonly Scenario[] = [
  ...relay,
  ...upgrades,
  ...events,
  ...messages,
  ...limitScenarios,
  ...connections,
  ...disconnects,
  ...httpApi,
];
