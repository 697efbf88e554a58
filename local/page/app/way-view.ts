import { clock, element } from './dom.ts';
import type { Step } from './steps.ts';
import { STAGES } from './steps.ts';
import type { Journey, Way } from './way.ts';

export interface WayView {
  /** Draws a journey that is new or has changed. */
  draw(journey: Journey): void;
  clear: () => void;
}

/** Shows the ways in a list, newest first. */
export function makeWayView(list: HTMLElement, way: Way): WayView {
  const items = new Map<Journey, HTMLElement>();

  return {
    draw(journey) {
      const item = items.get(journey) ?? element('li', 'journey');
      if (!items.has(journey)) list.prepend(item);
      items.set(journey, item);
      item.classList.toggle(
        'bad',
        journey.steps.some(({ bad }) => bad),
      );
      item.replaceChildren(...content(journey));
      const kept = new Set(way.journeys());
      for (const [old, its] of items) {
        if (kept.has(old)) continue;
        its.remove();
        items.delete(old);
      }
    },
    clear() {
      way.clear();
      items.clear();
      list.replaceChildren();
    },
  };
}

function content({ at, title, steps }: Journey): HTMLElement[] {
  const time = element('time', '', clock(at, true));
  const head = element('div', 'journey-head', element('h3', '', title), time);
  return [head, element('ul', 'steps', ...steps.map(row))];
}

function row({ stage, what, code, badges, bad }: Step): HTMLElement {
  const text = element('div', 'step-text');
  if (what !== '') text.append(element('span', 'what', what));
  for (const badge of badges) text.append(element('span', badge === 'cold' ? 'badge cold' : 'badge', badge));
  if (code !== undefined) text.append(element('code', '', code));
  return element(
    'li',
    bad ? `step ${stage} bad` : `step ${stage}`,
    element('span', 'stage', STAGES[stage]),
    text,
  );
}
