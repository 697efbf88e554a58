import { clock, element, find } from './dom.ts';
import { makeRowList } from './row-list.ts';
import type { Step } from './steps.ts';
import { STAGES } from './steps.ts';
import type { Journey, Way } from './way.ts';
import { wordOf } from './words.ts';

export interface WayView {
  /** Draws a journey that is new or has changed. */
  draw(journey: Journey | undefined): void;
  clear: () => void;
}

/** Shows the ways in a list, newest first, and the steps of the one that is chosen: the newest, until one is. */
export function makeWayView(way: Way): WayView {
  const detail = find('way-detail', HTMLElement);
  const rows = makeRowList<Journey>(find('way-list', HTMLElement), find('newest', HTMLButtonElement), show);

  function show(journey: Journey): void {
    detail.replaceChildren(...content(journey));
  }

  return {
    draw(journey) {
      if (journey === undefined) return;
      // A chat message does not go through the relay, and shall not take the place of what did.
      rows.draw(journey, summary(journey), journey.of !== 'chat');
      rows.keep(way.journeys());
    },
    clear() {
      way.clear();
      rows.keep([]);
      detail.replaceChildren();
    },
  };
}

const isBad = ({ steps }: Journey): boolean => steps.some(({ bad }) => bad);

/** How long it took from its first step to its last, in ms. */
function duration({ at, steps }: Journey): number {
  return Math.round(Math.max(0, ...steps.map((step) => (step.at ?? at) + (step.ms ?? 0) - at)));
}

function summary(journey: Journey): HTMLElement[] {
  const { at, title, of, outcome } = journey;
  const tone = isBad(journey) ? 'bad' : (outcome ?? of);
  const word = wordOf(outcome ?? (isBad(journey) ? 'failed' : of === 'chat' ? 'not relayed' : ''));
  return [
    element('time', '', clock(at)),
    element('span', 'row-title', title),
    ...(word === '' ? [] : [element('span', `badge tone-${tone}`, word)]),
    element('span', 'row-ms', of === 'chat' ? '' : `${duration(journey)} ms`),
  ];
}

function content(journey: Journey): HTMLElement[] {
  const { at, title, steps } = journey;
  const head = element('div', 'detail-head', element('h3', '', title), element('time', '', clock(at, true)));
  return [head, element('ol', 'steps', ...steps.map((step) => row(step, at)))];
}

function row({ stage, name = STAGES[stage], at, what, code, badges, bad }: Step, begin: number): HTMLElement {
  const text = element('div', 'step-text');
  if (stage === 'decision') text.append(...badges.map((badge, place) => chip(badge, place === 0)));
  if (what !== '') text.append(element('span', stage === 'upstream' ? 'what path' : 'what', what));
  if (stage !== 'decision') text.append(...badges.map((badge) => chip(badge)));
  if (code !== undefined) text.append(element('code', '', code));
  const late = at === undefined ? '' : `+${Math.max(0, Math.round(at - begin))} ms`;
  return element(
    'li',
    bad ? `step ${stage} bad` : `step ${stage}`,
    element('span', 'step-ms', late),
    element('span', 'stage', name),
    text,
  );
}

function chip(text: string, isOutcome = false): HTMLElement {
  const tone = isOutcome ? ` tone-${text}` : text === 'cold' ? ' cold' : '';
  return element('span', `badge${tone}`, isOutcome ? wordOf(text) : text);
}
