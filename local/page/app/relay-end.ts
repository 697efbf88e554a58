import type { Side } from './chat.ts';
import type { ConnectionState } from './connection.ts';
import { element, find } from './dom.ts';

/** Where a side stands: on the relay, or in Genesys' own software. */
export interface RelayEnd {
  /** The state of its connection; without one, it has none with the relay. */
  state: (state?: ConnectionState) => void;
  /** What the client was told, and how to recover; without a text, nothing. */
  notice: (text?: string, about?: { code?: string; recovery: string }) => void;
}

const OWN_SOFTWARE = { guest: 'on Genesys’ own client', agent: 'in the simulated org' } as const;

/** @param reconnect connects anew, with a new ticket */
export function makeRelayEnd(side: Side, reconnect: () => void): RelayEnd {
  const id = side === 'guest' ? 'guest' : 'desk';
  const chip = find(`${id}-state`, HTMLElement);
  const chipText = find(`${id}-state-text`, HTMLElement);
  const notice = find(`${id}-notice`, HTMLElement);
  const button = find(`${id}-reconnect`, HTMLButtonElement);
  const field = find(`${id}-text`, HTMLInputElement);
  let shown = '';
  button.addEventListener('click', reconnect);

  return {
    state(state) {
      chip.dataset['state'] = state?.is ?? 'none';
      chipText.textContent = state === undefined ? OWN_SOFTWARE[side] : wordsOf(state);
      // Focus must not fall to the document when the button goes.
      const focused = document.activeElement === button;
      button.hidden = state?.is !== 'closed';
      if (focused && button.hidden) field.focus();
    },
    notice(text = '', about) {
      const { code = '', recovery = '' } = about ?? {};
      // A refusal that repeats is not read out again.
      if (shown === text + recovery) return;
      shown = text + recovery;
      const head = code === '' ? [] : [element('code', '', code)];
      const rows = [element('p', 'told', text, ...head), element('p', 'recovery', recovery)];
      notice.replaceChildren(...(text === '' ? [] : rows));
    },
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
