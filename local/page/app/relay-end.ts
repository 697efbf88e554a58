import type { Side } from './chat.ts';
import type { ConnectionState } from './connection.ts';
import { element, find } from './dom.ts';
import { type Advice, RECONNECT } from './faults.ts';

/** Where a side stands: on the relay, or in Genesys' own software. */
export interface RelayEnd {
  /** The state of its connection; without one, it has none with the relay. */
  state: (state?: ConnectionState) => void;
  /** What the client was told, and how to recover; without a text, nothing. */
  notice: (text?: string, about?: Advice) => void;
}

const OWN_SOFTWARE = { guest: 'on Genesys’ own client', agent: 'in the simulated org' } as const;

/**
 * @param reconnect connects anew, with a new ticket
 * @param begin begins a new conversation
 */
export function makeRelayEnd(side: Side, reconnect: () => void, begin: () => void): RelayEnd {
  const id = side === 'guest' ? 'guest' : 'desk';
  const chip = find(`${id}-state`, HTMLElement);
  const chipText = find(`${id}-state-text`, HTMLElement);
  const notice = find(`${id}-notice`, HTMLElement);
  const button = find(`${id}-reconnect`, HTMLButtonElement);
  const field = find(`${id}-text`, HTMLInputElement);
  let shown = '';
  button.addEventListener('click', reconnect);

  function beginButton(): HTMLElement {
    const made = element('button', 'quiet', 'Begin a new conversation');
    made.setAttribute('type', 'button');
    made.addEventListener('click', begin);
    return made;
  }
  /** Focus must not fall to the document when what has it goes. */
  function keepingFocus(place: Element, change: () => void): void {
    const focused = place.contains(document.activeElement);
    change();
    if (focused && (button.hidden || place === notice)) field.focus();
  }
  function tell(text = '', about?: Advice): void {
    const { code = '', recovery = '', begins = false } = about ?? {};
    // A refusal that repeats is not read out again.
    if (shown === text + recovery) return;
    shown = text + recovery;
    const head = code === '' ? [] : [element('code', '', code)];
    const rows = [element('p', 'told', text, ...head), element('p', 'recovery', recovery)];
    if (begins) rows.push(beginButton());
    keepingFocus(notice, () => {
      notice.replaceChildren(...(text === '' ? [] : rows));
    });
  }

  return {
    state(state) {
      chip.dataset['state'] = state?.is ?? 'none';
      chipText.textContent = state === undefined ? OWN_SOFTWARE[side] : wordsOf(state);
      keepingFocus(button, () => {
        button.hidden = state?.is !== 'closed';
      });
      if (state?.is === 'closed' && state.told !== undefined) tell(state.told, { recovery: RECONNECT });
    },
    notice: tell,
  };
}

function wordsOf(state: ConnectionState): string {
  switch (state.is) {
    case 'connecting':
      return 'connecting…';
    case 'open':
      return 'on the relay';
    case 'closed':
      return state.why;
  }
}
