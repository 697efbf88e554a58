import { type Counting, type Counts, makeCounting } from './counts.ts';
import { find } from './dom.ts';

export type Counters = Omit<Counting, 'counts'>;

/** Shows the counts as they change. */
export function makeCounters(): Counters {
  const counting = makeCounting();

  function put(id: string, text: string | number): void {
    find(id, HTMLElement).textContent = String(text);
  }
  function show(): void {
    const counts = counting.counts();
    put('count-keys', counts.keys);
    put('count-frames', counts.frames);
    put('count-sends', counts.sends);
    put('count-retries', retriesText(counts));
    put('count-saved', counts.saved);
    put('count-why', savedText(counts));
  }

  return {
    key() {
      counting.key();
      show();
    },
    gateway(event) {
      counting.gateway(event);
      show();
    },
    org(message) {
      counting.org(message);
      show();
    },
    clear() {
      counting.clear();
      show();
    },
  };
}

function retriesText({ retries }: Counts): string {
  if (retries === 0) return 'to Genesys';
  return retries === 1 ? 'to Genesys, one a retry' : `to Genesys, ${retries} of them retries`;
}

function savedText({ by }: Counts): string {
  const { client, coalesced, stale, ignored, refused } = by;
  const parts = [`${client} by the client`, `${coalesced} coalesced`, `${stale} stale`, `${ignored} ignored`];
  return [...parts, ...(refused === 0 ? [] : [`${refused} refused`])].join(', ');
}
