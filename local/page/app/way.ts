import { parseJson } from '../../json.ts';
import type { Step } from './steps.ts';
import { gatewayStep, orgStep, requestOf, STAGES, typeOf, typingOf } from './steps.ts';
import type { GatewayEvent, OrgMessage } from './wire.ts';

/** The way of one message: the steps that belong together. */
export interface Journey {
  /** Epoch ms. */
  readonly at: number;
  readonly title: string;
  readonly steps: Step[];
}

export interface Way {
  /** Answers the journey that the step went to. */
  gateway(event: GatewayEvent): Journey;
  org(message: OrgMessage): Journey;
  clear(): void;
  /** Oldest first. */
  journeys(): readonly Journey[];
}

interface Open extends Journey {
  readonly of: 'connect' | 'frame' | 'disconnect' | 'chat' | 'upstream';
  readonly connectionId?: string | undefined;
  readonly requestId?: string | undefined;
  /** What the frame said; a guest who left does not type. */
  readonly typing?: boolean | undefined;
  /** The function that handles it has not answered yet. */
  awaiting: boolean;
  /** The org was told what the frame said. */
  told?: boolean;
}

/** A frame on a socket may reach the org a little after its function has answered. */
const LATE_MS = 1_000;

const MAX_STEPS = 200;
const ORDER = Object.keys(STAGES);

/**
 * Puts the steps of one message together: the gateway's by their request id. What arrives at the org, and what a
 * function sends by `@connections`, bears none, so that goes by order and by what the body says.
 */
export function makeWay(): Way {
  let journeys: Open[] = [];

  function begin(journey: Omit<Open, 'steps'>): Open {
    const open = { ...journey, steps: [] };
    journeys.push(open);
    return open;
  }
  function add(journey: Open, step: Step): Journey {
    // A function answers after its upstream call was seen, and still stands above it.
    const place = journey.steps.findLastIndex(({ stage }) => rank(stage) <= rank(step.stage)) + 1;
    // The functions of a connection come before its socket.
    journey.steps.splice(journey.of === 'connect' ? journey.steps.length : place, 0, step);
    trim();
    return journey;
  }
  function trim(): void {
    let count = journeys.reduce((sum, { steps }) => sum + steps.length, 0);
    while (count > MAX_STEPS && journeys.length > 1) count -= journeys.shift()?.steps.length ?? 0;
  }

  return {
    gateway(event) {
      const found = findOfGateway(journeys, event) ?? begin(newOfGateway(event));
      if (event.kind === 'invoke') found.awaiting = false;
      return add(found, gatewayStep(event));
    },
    org(message) {
      const found = findOfOrg(journeys, message) ?? begin(newOfOrg(message));
      if (typingOf(message.body) !== undefined) found.told = true;
      return add(found, orgStep(message));
    },
    clear() {
      journeys = [];
    },
    journeys: () => journeys,
  };
}

function rank(stage: string): number {
  return ORDER.indexOf(stage);
}

function newOfGateway({ kind, at, connectionId, requestId, body }: GatewayEvent): Omit<Open, 'steps'> {
  const ids = { at, connectionId, requestId };
  if (kind === 'disconnect') {
    return { ...ids, of: 'disconnect', title: 'Disconnect', typing: false, awaiting: true };
  }
  if (kind !== 'frame-in') return { ...ids, of: 'connect', title: 'Connect', awaiting: false };
  const frame = parseJson(body ?? '');
  const typing = typeOf(frame) === 'typing' ? typingOf(frame) : undefined;
  const title = typing === undefined ? (typeOf(frame) ?? 'Message') : typing ? 'Typing on' : 'Typing off';
  return { ...ids, of: 'frame', title, typing, awaiting: true };
}

function newOfOrg(message: OrgMessage): Omit<Open, 'steps'> {
  const at = Date.parse(message.at);
  return isChat(message)
    ? { of: 'chat', at, title: 'Chat message, not through the relay', awaiting: false }
    : { of: 'upstream', at, title: 'Upstream', awaiting: false };
}

function findOfGateway(journeys: readonly Open[], event: GatewayEvent): Open | undefined {
  const requestId = event.requestId ?? requestOf(parseJson(event.body ?? ''));
  if (requestId !== undefined) return journeys.findLast((journey) => journey.requestId === requestId);
  const same = journeys.filter(({ connectionId }) => connectionId === event.connectionId);
  return same.find(({ awaiting }) => awaiting) ?? same.at(-1);
}

function findOfOrg(journeys: readonly Open[], message: OrgMessage): Open | undefined {
  if (isChat(message)) return undefined;
  const own = journeys.filter(({ of }) => of === 'frame' || of === 'disconnect');
  const typing = typingOf(message.body);
  const alike = own.filter((journey) => typing !== undefined && journey.typing === typing);
  const recent = (journey: Open): boolean =>
    journey.awaiting || Date.parse(message.at) - journey.at < LATE_MS;
  return (
    alike.find((journey) => journey.told !== true && recent(journey)) ??
    alike.at(-1) ??
    own.find(({ awaiting }) => awaiting) ??
    own.at(-1)
  );
}

/** The page's server posts the chat message itself, as a guest's own client does. */
function isChat({ path }: OrgMessage): boolean {
  return path === '/api/v2/webmessaging/guests/messages';
}
