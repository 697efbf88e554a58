import type { UpstreamKind } from './wire.ts';

/** What the reader is told of each upstream, and which way typing goes with it. */
export interface UpstreamFacts {
  /** Whether the bubble lapses: the client says no “off” then. */
  readonly lapses: boolean;
  /** What the agent’s typing comes back by: the relay, Genesys itself, or not at all; or the agent is the one who types. */
  readonly back: 'relay' | 'genesys' | 'none' | 'agent-types';
  /** What it rests on, and how its bubble ends. */
  readonly hint: string;
  readonly guestNote: string;
  readonly deskNote: string;
  /** What a ticket names that mixes ids up. */
  readonly mismatch: string;
}

const LAPSES =
  'Published by Genesys. It has no word for “stopped typing”: the bubble lapses five seconds after it was last told.';
const HELD =
  'Claimed in a community thread. The bubble is held until “stopped typing” is sent, and the relay sees to it that it is.';
const NO_WAY_BACK = 'No way back here: the guest is not shown that you type. Your messages arrive.';

export const UPSTREAMS: Readonly<Record<UpstreamKind, UpstreamFacts>> = {
  'web-messaging': {
    back: 'genesys',
    lapses: true,
    hint: LAPSES,
    guestNote: 'The relay sends your typing on your own web messaging session.',
    deskNote: 'Your typing reaches the guest from Genesys itself, on the guest’s own session.',
    mismatch: 'a token that no session has',
  },
  'open-messaging': {
    back: 'relay',
    lapses: true,
    hint: LAPSES,
    guestNote: 'The relay sends your typing by the platform API.',
    deskNote: 'Your typing comes back through the relay: Genesys calls its webhook.',
    mismatch: 'an integration of another org',
  },
  'agent-communication': {
    back: 'agent-types',
    lapses: true,
    hint: LAPSES.replace('five', 'seven'),
    guestNote: 'This upstream shows you the agent’s typing. Yours takes another one.',
    deskNote: 'You are the agent or bot on the relay: it sends your typing by the platform API.',
    mismatch: 'the guest’s communication in place of the agent’s',
  },
  'typing-frame': {
    back: 'none',
    lapses: false,
    hint: HELD,
    guestNote: 'The relay sends your typing as a frame on your guest socket.',
    deskNote: NO_WAY_BACK,
    mismatch: 'a guest socket with another guest’s token',
  },
  'participant-state': {
    back: 'none',
    lapses: false,
    hint: HELD,
    guestNote: 'The relay sends your typing as the state of your participant.',
    deskNote: NO_WAY_BACK,
    mismatch: 'a participant of another conversation',
  },
};
