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

  const toEnd = (): void => {
    log.scrollTop = log.scrollHeight;
  };
  sendOnSubmit(find(`${id}-form`, HTMLFormElement), field, problem, send);
  return {
    field,
    say({ from, text, at }) {
      const who = element('span', 'unseen', from === 'guest' ? 'Guest: ' : 'Agent: ');
      const said = element('p', 'said', who, text);
      lines.append(element('li', from === side ? 'line own' : 'line', said, element('time', '', clock(at))));
      toEnd();
    },
    bubble(isTyping) {
      if (bubble.classList.contains('shown') === isTyping) return;
      bubble.classList.toggle('shown', isTyping);
      live.textContent = isTyping ? OTHER[side] : '';
      toEnd();
    },
    note(text) {
      note.textContent = text;
    },
    problem(text) {
      problem.textContent = text;
    },
    clear() {
      lines.replaceChildren();
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
