/** Finds an element of the page by id, with its class checked. Throws when the page has none. */
export function find<T extends Element>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`The page has no ${type.name} with the id ${id}.`);
}

/** Makes an element with a class and children; a string becomes text. */
export function element(tag: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

/** `12:03:04` or, with milliseconds, `12:03:04.056`, in the reader's own zone. */
export function clock(at: number, withMs = false): string {
  const date = new Date(at);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) =>
    String(n).padStart(2, '0'),
  );
  return parts.join(':') + (withMs ? `.${String(date.getMilliseconds()).padStart(3, '0')}` : '');
}
