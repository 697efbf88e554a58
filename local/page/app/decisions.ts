import type { Handled } from './wire.ts';

/** What the functions' words mean, for the reader. Each of their words has a text: decisions.test.ts. */
const TEXTS: Readonly<Partial<Record<string, string>>> = {
  forwarded: 'Sent to Genesys.',
  coalesced: 'It changes nothing there, so no call.',
  stale: 'It comes too late to be of use, so no call.',
  ignored: 'There is nothing to end there, so no call.',
  refused: 'Refused; the client is told what to do.',
  pushed: 'Sent to each connection of the guest.',
  admitted: 'The ticket is right: the client may connect.',
  connected: 'The connection is noted where the agent’s typing looks for it.',
  answered: 'Answered by the relay itself: nothing for Genesys.',
  nobody: 'No connection of this guest is open.',
  other_event: 'No typing: nothing for the relay.',
  outdated: 'Too old to be shown.',
  too_large: 'The webhook’s body is too large: answered 413.',
  bad_signature: 'The signature is not of the webhook’s secret: answered 401.',
  bad_json: 'The webhook’s body is no event of Genesys: answered 400.',
  ended: 'The guest fell silent, or an off was still owed: it is sent now.',
  later: 'The guest still types, or Genesys did not take it: looked at again later.',
  over: 'Nothing is left to end.',
};

/** Those that save a call. */
const SAVINGS = ['coalesced', 'stale', 'ignored'] as const;
export type Saving = (typeof SAVINGS)[number];

export function decisionText(handled: Handled | undefined): string {
  return TEXTS[handled?.outcome ?? ''] ?? '';
}

/** Whether an outcome says that Genesys was not called. */
export const savesCall = (outcome: string | undefined): boolean =>
  SAVINGS.some((saving) => saving === outcome);

/** How a typing frame saved its call; undefined when it did not, or is none. */
export function savingOf({ event, outcome }: Handled): Saving | undefined {
  if (event !== 'typing-on' && event !== 'typing-off') return undefined;
  return SAVINGS.find((saving) => saving === outcome);
}
