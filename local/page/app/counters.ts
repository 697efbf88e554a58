import type { Saving } from './decisions.ts';
import { savingOf } from './decisions.ts';
import { find } from './dom.ts';
import { typingOf } from './typing-of.ts';
import type { GatewayEvent, OrgMessage } from './wire.ts';

export interface Counters {
  /** A key in a field whose typing goes through the relay. */
  key: () => void;
  gateway: (event: GatewayEvent) => void;
  org: (message: OrgMessage) => void;
  clear: () => void;
}

const none = { keys: 0, frames: 0, sends: 0, coalesced: 0, stale: 0, ignored: 0 };

/** Counts what the relay was asked and what it made of that, beside what a call for each key would have been. */
export function makeCounters(): Counters {
  let counts: Record<Saving | 'keys' | 'frames' | 'sends', number> = { ...none };

  const put = (id: string, text: string | number): void => {
    find(id, HTMLElement).textContent = String(text);
  };
  function show(): void {
    const { keys, frames, sends, coalesced, stale, ignored } = counts;
    put('count-keys', keys);
    put('count-frames', frames);
    put('count-sends', sends);
    put('count-saved', coalesced + stale + ignored);
    put('count-why', `${coalesced} coalesced, ${stale} stale, ${ignored} ignored`);
  }
  function add(what: keyof typeof counts): void {
    counts[what] += 1;
    show();
  }

  return {
    key: () => {
      add('keys');
    },
    gateway({ kind, handled }) {
      if (kind === 'frame-in') add('frames');
      const saving = handled && savingOf(handled);
      if (saving !== undefined) add(saving);
    },
    org({ body }) {
      if (typingOf(body) !== undefined) add('sends');
    },
    clear() {
      counts = { ...none };
      show();
    },
  };
}
