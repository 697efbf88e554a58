import { decisionText } from './decisions.ts';
import { element, find } from './dom.ts';

/** The outcomes that a reader meets first, explained before they are met. */
const EXPLAINED = ['forwarded', 'coalesced', 'stale', 'ignored'] as const;

/** Words of the functions that say little as they stand. */
const WORDS: Readonly<Partial<Record<string, string>>> = { other_event: 'no typing', nobody: 'nobody there' };

/** What a function's word for its outcome is called on the page. */
export function wordOf(outcome: string): string {
  return WORDS[outcome] ?? outcome.replaceAll('_', ' ');
}

/** Adds the decisions to the words that the page explains. */
export function explainDecisions(): void {
  const list = find('words', HTMLElement);
  for (const outcome of EXPLAINED) {
    const text = decisionText({ event: 'typing-on', outcome });
    const badge = element('span', `badge tone-${outcome}`, wordOf(outcome));
    list.append(element('div', '', element('dt', '', badge), element('dd', '', text)));
  }
}
