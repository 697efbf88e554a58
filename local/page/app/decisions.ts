import type { Handled } from './wire.ts';

/** What the functions' words mean, for the reader. */
const TEXTS: Readonly<Partial<Record<string, string>>> = {
  forwarded: 'Sent to Genesys.',
  coalesced: 'It changes nothing there, so no call.',
  stale: 'It comes too late to be of use, so no call.',
  ignored: 'There is nothing to end there, so no call.',
  refused: 'Refused; the client is told what to do.',
  pushed: 'Sent to each connection of the guest.',
  nobody: 'No connection of this guest is open.',
  other_event: 'No typing: nothing for the relay.',
  outdated: 'Too old to be shown.',
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

/** How a typing frame saved its call; undefined when it did not, or is none. */
export function savingOf({ event, outcome }: Handled): Saving | undefined {
  if (event !== 'typing-on' && event !== 'typing-off') return undefined;
  return SAVINGS.find((saving) => saving === outcome);
}
