import { clock, element, find } from './dom.ts';
import type { Screen } from './wire.ts';

/** Shows the agent's desk as the org's screen events tell it. */
export function makeAgentDesk(): (screen: Screen) => void {
  const chat = find('screen', HTMLElement);
  const bubble = find('bubble', HTMLElement);
  const live = find('typing', HTMLElement);

  return ({ guestTyping, messages }) => {
    chat.replaceChildren(...messages.map(({ text, at }) => chatLine(text, Date.parse(at))));
    chat.scrollTop = chat.scrollHeight;
    bubble.classList.toggle('shown', guestTyping);
    live.textContent = guestTyping ? 'Guest is typing…' : '';
  };
}

/** One chat message with its time. */
export function chatLine(text: string, at: number): HTMLElement {
  return element('li', '', element('span', 'said', text), element('time', '', clock(at)));
}
