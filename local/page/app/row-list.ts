import { element } from './dom.ts';

export interface RowList<T> {
  /**
   * Draws a row that is new, at the top, or has changed.
   * @param leads whether it is chosen as it comes, while the newest is followed
   */
  draw: (item: T, content: HTMLElement[], leads: boolean) => void;
  /** Lets go of what is not among these. */
  keep: (items: readonly T[]) => void;
}

/**
 * A list of buttons, one of which is chosen: the newest, until the reader chooses one. Tab leads to the chosen one,
 * arrow keys to the others.
 * @param newestButton leads back to the newest; it is there while that is not followed
 * @param show told the item that is chosen, and again when it has changed
 */
export function makeRowList<T>(
  list: HTMLElement,
  newestButton: HTMLButtonElement,
  show: (item: T) => void,
): RowList<T> {
  const rows = new Map<T, HTMLButtonElement>();
  let chosen: T | undefined;
  let newest: T | undefined;
  let follows = true;

  function follow(does: boolean): void {
    follows = does;
    newestButton.hidden = does;
  }
  function choose(item: T): void {
    mark(chosen, false);
    chosen = item;
    mark(item, true);
    show(item);
  }
  function mark(item: T | undefined, isChosen: boolean): void {
    const button = item === undefined ? undefined : rows.get(item);
    button?.setAttribute('aria-current', String(isChosen));
    if (button !== undefined) button.tabIndex = isChosen ? 0 : -1;
  }
  function topmost(): T | undefined {
    return [...rows.keys()].at(-1);
  }
  function make(item: T): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'row';
    button.tabIndex = -1;
    button.setAttribute('aria-current', 'false');
    button.addEventListener('click', () => {
      follow(false);
      choose(item);
    });
    const entry = element('li', '', button);
    list.prepend(entry);
    rows.set(item, button);
    return button;
  }

  newestButton.addEventListener('click', () => {
    follow(true);
    const item = newest ?? topmost();
    if (item === undefined) return;
    choose(item);
    // The button goes, and the focus shall not fall to the document.
    rows.get(item)?.focus();
  });
  list.addEventListener('keydown', (event) => {
    const buttons = [...list.querySelectorAll('button')];
    const place = buttons.findIndex((button) => button === document.activeElement);
    const to = placeFor(event.key, place, buttons.length);
    if (place === -1 || to === undefined) return;
    event.preventDefault();
    buttons[to]?.focus();
    buttons[to]?.click();
  });

  return {
    draw(item, content, leads) {
      const isNew = !rows.has(item);
      const button = rows.get(item) ?? make(item);
      button.replaceChildren(...content);
      if (isNew && leads) newest = item;
      if (chosen === undefined || (isNew && leads && follows)) choose(item);
      else if (item === chosen) show(item);
    },
    keep(items) {
      const kept = new Set(items);
      let hadFocus = false;
      for (const [item, button] of rows) {
        if (kept.has(item)) continue;
        hadFocus ||= button === document.activeElement;
        button.parentElement?.remove();
        rows.delete(item);
        if (item === chosen) chosen = undefined;
        if (item === newest) newest = undefined;
      }
      if (rows.size === 0) follow(true);
      const next = newest ?? topmost();
      if (chosen === undefined && next !== undefined) choose(next);
      if (hadFocus && chosen !== undefined) rows.get(chosen)?.focus();
    },
  };
}

function placeFor(key: string, place: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return Math.min(place + 1, count - 1);
    case 'ArrowUp':
      return Math.max(place - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
