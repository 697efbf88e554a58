import { type Policy, REFERENCES, SYSTEMS } from '../simulate/policies.ts';
import { AGENT_COMMUNICATION, PARTICIPANT_STATE, type Way } from '../scale/upstreams.ts';
import type { Timing } from '../../functions/relay/upstream.ts';

/** What is compared: each gets the same keys. */
export type Contender = Ours | Fed | Tutorial | Cadence;

/** Those whose client is a policy, and not our own. */
export type Driven = Exclude<Contender, Ours>;

interface Named {
  name: string;
  /** The upstream that it calls, each by the same REST request over a kept connection. */
  way: Way;
}

/** The real client and the real relay. */
export interface Ours extends Named {
  kind: 'ours';
  timing: Timing;
}

/** The real relay, given frame by frame what the tutorial's client says. */
export interface Fed extends Named {
  kind: 'fed';
  timing: Timing;
  policy: Policy;
}

/** A model of the design that tutorials teach; its policy says when its client speaks, and what its far side shows. */
export interface Tutorial extends Named {
  kind: 'tutorial';
  timing: Timing;
  policy: Policy;
}

/** When another system's client speaks, over a path that costs for each frame what ours does for one it forwards. */
export interface Cadence extends Named {
  kind: 'cadence';
  policy: Policy;
}

export const HELD: Ours = {
  kind: 'ours',
  name: 'this relay, held',
  timing: 'held',
  way: PARTICIPANT_STATE,
};
export const EXPIRING: Ours = {
  kind: 'ours',
  name: 'this relay, expiring',
  timing: 'expiring',
  way: AGENT_COMMUNICATION,
};
export const OURS = [HELD, EXPIRING] as const;

/** A published policy: "on" with every key, "off" a second after the last one and with the message. */
const EVERY_KEY = named(
  REFERENCES.map(({ policy }) => policy),
  'every key, off after 1 s, E 5',
);

/** The same upstream and the same far side as ours of that timing. An expiring one knows no "off". */
export const TUTORIALS: readonly Tutorial[] = [
  {
    kind: 'tutorial',
    name: 'tutorial, held',
    timing: 'held',
    way: PARTICIPANT_STATE,
    policy: { ...EVERY_KEY, expiry: PARTICIPANT_STATE.expiryMs },
  },
  {
    kind: 'tutorial',
    name: 'tutorial, expiring',
    timing: 'expiring',
    way: AGENT_COMMUNICATION,
    policy: { name: 'every key', refresh: 0, expiry: AGENT_COMMUNICATION.expiryMs },
  },
];

/** `participant-state` knows "on" and "off"; what the far side makes of them is the policy's own. */
export const CADENCES: readonly Cadence[] = ['Stream', 'Ably Chat', 'Twilio', 'Zulip', 'Signal'].map(
  (name) => ({ kind: 'cadence', name, way: PARTICIPANT_STATE, policy: named(SYSTEMS, name) }),
);

/** What a far side of ours makes of them: it shows as long as it always does, and hears "off" only where it is held. */
const before = (way: Way, timing: Timing): Cadence[] =>
  CADENCES.map(({ policy, ...cadence }) => ({
    ...cadence,
    name: `${cadence.name}, ${timing}`,
    way,
    policy: { ...policy, expiry: way.expiryMs },
  }));

/** The same cadences before the upstream of each of ours. */
const CADENCES_BEFORE: Readonly<Record<Timing, readonly Cadence[]>> = {
  held: before(HELD.way, 'held'),
  expiring: before(EXPIRING.way, 'expiring'),
};
export const SAME_UPSTREAM: readonly Cadence[] = [...CADENCES_BEFORE.held, ...CADENCES_BEFORE.expiring];
export const cadencesBefore = ({ timing }: Ours): readonly Cadence[] => CADENCES_BEFORE[timing];

/** One for each of ours. */
export const FED: readonly Fed[] = OURS.map((ours) => ({
  kind: 'fed',
  name: `${ours.name}, a client of every key`,
  timing: ours.timing,
  way: ours.way,
  policy: tutorialOf(ours).policy,
}));

/** Those that are priced, and shown in every table. */
export const CONTENDERS: readonly Contender[] = [...OURS, ...FED, ...TUTORIALS, ...CADENCES];

/** The tutorial that has the timing of this one of ours. */
export function tutorialOf(ours: Ours): Tutorial {
  return ofTiming(TUTORIALS, ours);
}

/** The relay of that timing with that tutorial's client. */
export function fedOf(ours: Ours): Fed {
  return ofTiming(FED, ours);
}

function ofTiming<One extends { timing: Timing }>(all: readonly One[], { timing }: Ours): One {
  const found = all.find((one) => one.timing === timing);
  if (!found) throw new Error(`nothing for a ${timing} upstream`);
  return found;
}

function named(policies: readonly Policy[], name: string): Policy {
  const found = policies.find((policy) => policy.name === name);
  if (!found) throw new Error(`no policy ${name}`);
  return found;
}
