import { clock, element, find } from './dom.ts';

export type Side = 'guest' | 'agent';

export interface ChatLine {
  from: Side;
  text: string;
  /** Epoch ms. */
  at: number;
}

export interface Chat {
  readonly field: HTMLInputElement;
  say: (line: ChatLine) => void;
  /** Shows whether the other side types. */
  bubble: (isTyping: boolean) => void;
  note: (text: string) => void;
  /** What went wrong with a message that was sent here. */
  problem: (text: string) => void;
  clear: () => void;
}

/** How far from its end a log may be, in CSS pixels, and still be read at its end. */
const AT_END_PX = 16;

const OTHER = { guest: 'Agent is typing…', agent: 'Guest is typing…' } as const;

/**
 * One side's chat window.
 * @param send resolves when the text has arrived; one that fails comes back into the field
 */
export function makeChat(side: Side, send: (text: string) => Promise<void>): Chat {
  const id = side === 'guest' ? 'guest' : 'desk';
  const log = find(`${id}-log`, HTMLElement);
  const lines = find(`${id}-lines`, HTMLElement);
  const bubble = find(`${id}-bubble`, HTMLElement);
  const live = find(`${id}-typing`, HTMLElement);
  const note = find(`${id}-note`, HTMLElement);
  const problem = find(`${id}-problem`, HTMLElement);
  const field = find(`${id}-text`, HTMLInputElement);
  const echo = side === 'agent' ? find('desk-echo', HTMLElement) : undefined;
  /** In the order of the list. */
  let shown: { item: HTMLElement; at: number }[] = [];

  /** Who reads further up is left there. */
  const isAtEnd = (): boolean => log.scrollHeight - log.scrollTop - log.clientHeight < AT_END_PX;
  sendOnSubmit(find(`${id}-form`, HTMLFormElement), field, problem, send);
  return {
    field,
    say({ from, text, at }) {
      const who = element('span', 'unseen', from === 'guest' ? 'Guest: ' : 'Agent: ');
      const isOwn = from === side;
      // Not read out: whoever listens hears the message as it comes.
      const time = element('time', '', clock(at));
      time.setAttribute('aria-hidden', 'true');
      const item = element('li', isOwn ? 'line own' : 'line', element('p', 'said', who, text), time);
      const follows = isOwn || isAtEnd();
      // Both sides' messages arrive by ways of their own.
      const place = shown.findLastIndex((line) => line.at <= at) + 1;
      lines.insertBefore(item, shown[place]?.item ?? null);
      shown = shown.toSpliced(place, 0, { item, at });
      if (follows) log.scrollTop = log.scrollHeight;
    },
    bubble(isTyping) {
      if (bubble.classList.contains('shown') === isTyping) return;
      bubble.classList.toggle('shown', isTyping);
      live.textContent = isTyping ? OTHER[side] : '';
      if (echo !== undefined) echo.textContent = live.textContent;
    },
    note(text) {
      note.textContent = text;
    },
    problem(text) {
      problem.textContent = text;
    },
    clear() {
      lines.replaceChildren();
      shown = [];
      problem.textContent = '';
    },
  };
}

/** Sends what is written; the field is empty at once, as in any chat. */
export function sendOnSubmit(
  form: HTMLFormElement,
  field: HTMLInputElement,
  problem: HTMLElement,
  send: (text: string) => Promise<void>,
): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value.trim();
    field.focus();
    if (text === '') return;
    field.value = '';
    problem.textContent = '';
    send(text).catch((error: unknown) => {
      if (field.value === '') field.value = text;
      problem.textContent = error instanceof Error ? error.message : 'The message was not sent.';
    });
  });
}
