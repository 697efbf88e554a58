import { parseJson } from '../../json.ts';
import { savesCall } from './decisions.ts';
import type { Step } from './steps.ts';
import { errorOf, gatewayStep, orgStep, STAGES } from './steps.ts';
import { typeOf, typingOf } from './typing-of.ts';
import type { GatewayEvent, OrgMessage } from './wire.ts';

/** The way of one message: the steps that belong together. */
export interface Journey {
  /** Epoch ms. */
  readonly at: number;
  readonly title: string;
  readonly of: 'connect' | 'frame' | 'disconnect' | 'chat' | 'webhook' | 'watch';
  /** What the function says became of it. */
  readonly outcome?: string;
  readonly steps: Step[];
}

export interface Way {
  /**
   * Answers the journey that the step went to; undefined for one of a journey that is no longer, or not, shown.
   * @param conversationId whose it is, where that is known
   */
  gateway(event: GatewayEvent, conversationId?: string): Journey | undefined;
  org(message: OrgMessage): Journey;
  clear(): void;
  /** Oldest first. */
  journeys(): readonly Journey[];
}

interface Open extends Journey {
  readonly conversationId?: string | undefined;
  readonly connectionId?: string | undefined;
  readonly requestId?: string | undefined;
  /** What the frame said; a guest who left does not type. */
  readonly typing?: boolean | undefined;
  outcome?: string;
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
    gateway(event, conversationId) {
      const found = isOfQueue(event)
        ? findOfQueue(journeys, event)
        : (findOfGateway(journeys, event) ??
          (isFirst(event) ? begin({ ...newOfGateway(event), conversationId }) : undefined));
      if (found === undefined) return undefined;
      if (event.kind === 'invoke') found.awaiting = false;
      if (event.handled !== undefined) found.outcome = event.handled.outcome;
      return add(found, gatewayStep(timed(event, found)));
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

/** How long the call took stands with the call, where one was seen; else with the decision, as of several. */
function timed(event: GatewayEvent, { steps }: Journey): GatewayEvent {
  const { handled } = event;
  const [call, another] = steps.filter(({ stage }) => stage === 'upstream');
  if (handled?.upstreamMs === undefined || call === undefined || another !== undefined) return event;
  call.badges.push(`${Math.round(handled.upstreamMs)} ms`);
  return { ...event, handled: { ...handled, upstreamMs: undefined } };
}

function rank(stage: string): number {
  return ORDER.indexOf(stage);
}

/** No request of a client is behind what a queue invokes. */
export function isOfQueue({ routeKey, handled }: GatewayEvent): boolean {
  return routeKey === 'queue' || handled?.event === 'watch';
}

/** What a function did belongs to something that came before, but for a connection: its functions come first. */
function isFirst({ kind, routeKey, handled }: GatewayEvent): boolean {
  const isOfFunction = kind === 'invoke' || kind === 'handled' || kind === 'http-out';
  return (
    !isOfFunction || routeKey === '$connect' || handled?.event === 'ticket' || handled?.event === 'connect'
  );
}

function newOfGateway({ kind, at, connectionId, requestId, body }: GatewayEvent): Omit<Open, 'steps'> {
  const ids = { at, connectionId, requestId };
  if (kind === 'disconnect') {
    return { ...ids, of: 'disconnect', title: 'Disconnect', typing: false, awaiting: true };
  }
  const frame = parseJson(body ?? '');
  if (kind === 'http-in') {
    const title = typingOf(frame) === true ? 'Agent types' : 'Agent writes';
    return { ...ids, of: 'webhook', title, awaiting: true };
  }
  if (kind !== 'frame-in') return { ...ids, of: 'connect', title: 'Connect', awaiting: false };
  const typing = typeOf(frame) === 'typing' ? typingOf(frame) : undefined;
  const title = typing === undefined ? (typeOf(frame) ?? 'Message') : typing ? 'Typing on' : 'Typing off';
  return { ...ids, of: 'frame', title, typing, awaiting: true };
}

function newOfOrg(message: OrgMessage): Omit<Open, 'steps'> {
  const { conversationId } = message;
  const about = { conversationId, at: Date.parse(message.at), awaiting: false };
  return isChat(message)
    ? { ...about, of: 'chat', title: 'Guest writes' }
    : { ...about, of: 'watch', title: 'Owed off', typing: false };
}

function findOfGateway(journeys: readonly Open[], event: GatewayEvent): Open | undefined {
  const { requestId = errorOf(parseJson(event.body ?? ''))?.requestId } = event;
  if (requestId !== undefined) return journeys.findLast((journey) => journey.requestId === requestId);
  // An agent's typing is pushed while the webhook's function runs.
  const webhook = journeys.find(({ of, awaiting }) => of === 'webhook' && awaiting);
  if (event.kind === 'frame-out' && isTyping(event) && webhook !== undefined) return webhook;
  const same = journeys.filter(({ connectionId }) => connectionId === event.connectionId);
  return same.find(({ awaiting }) => awaiting) ?? same.at(-1);
}

const isTyping = ({ body }: GatewayEvent): boolean => typingOf(parseJson(body ?? '')) !== undefined;

/** What a queue's function did is of interest where the org has just heard of it, and told once. */
function findOfQueue(journeys: readonly Open[], event: GatewayEvent): Open | undefined {
  const { stage } = gatewayStep(event);
  return journeys.findLast(
    ({ of, at, steps }) =>
      of === 'watch' && event.at - at < LATE_MS && !steps.some((step) => step.stage === stage),
  );
}

function findOfOrg(journeys: readonly Open[], message: OrgMessage): Open | undefined {
  if (isChat(message)) return undefined;
  const own = journeys.filter((journey) => mayTell(journey, message));
  const recent = (journey: Open): boolean =>
    journey.awaiting || Date.parse(message.at) - journey.at < LATE_MS;
  const typing = typingOf(message.body);
  // A check, or a socket that is opened, says nothing of typing.
  if (typing === undefined) return own.find(({ awaiting }) => awaiting) ?? own.findLast(recent);
  const alike = own.filter((journey) => journey.typing === typing);
  const untold = alike.find((journey) => journey.told !== true && recent(journey));
  // A call that was dropped may be made once more at once.
  const again = alike.findLast(({ awaiting }) => awaiting);
  // An off that no frame and no disconnect accounts for is one that the relay still owed.
  return untold ?? again ?? (typing ? alike.at(-1) : undefined);
}

/** What the org hears of: not of a message that the relay has kept back, nor of one of another conversation. */
function mayTell({ of, outcome, conversationId: its }: Open, { conversationId }: OrgMessage): boolean {
  const isOther = its !== undefined && conversationId !== undefined && its !== conversationId;
  return (of === 'frame' || of === 'disconnect' || of === 'watch') && !isOther && !savesCall(outcome);
}

/** The page's server posts the chat message itself, as a guest's own client does. */
function isChat({ path }: OrgMessage): boolean {
  return path === '/api/v2/webmessaging/guests/messages';
}
