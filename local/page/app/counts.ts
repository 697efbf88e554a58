import { parseJson } from '../../json.ts';
import { type Saving, savingOf } from './decisions.ts';
import { typingOf } from './typing-of.ts';
import type { GatewayEvent, OrgMessage } from './wire.ts';

export interface Counts {
  keys: number;
  frames: number;
  /** Typing that was sent upstream, retries too. */
  sends: number;
  retries: number;
  /** What a call for each key would have cost more. */
  saved: number;
  /** What saved them: keys for which the client sent no frame, and frames for which the relay made no call. */
  by: Record<'client' | Saving | 'refused', number>;
}

export interface Counting {
  /** A key in a field whose typing goes through the relay. */
  key: () => void;
  gateway: (event: GatewayEvent) => void;
  org: (message: OrgMessage) => void;
  clear: () => void;
  counts: () => Counts;
}

const none = { keys: 0, frames: 0, typing: 0, sends: 0, retries: 0 };
const noneSaved = { coalesced: 0, stale: 0, ignored: 0, refused: 0 };

/** Counts what the relay was asked and what it made of that, beside what a call for each key would have been. */
export function makeCounting(): Counting {
  let count = { ...none };
  let saved = { ...noneSaved };
  /** What the org did not take, for which no frame has come since. */
  let failed: boolean | undefined;

  return {
    key() {
      count.keys += 1;
    },
    gateway({ kind, body = '', handled }) {
      if (kind === 'frame-in') {
        count.frames += 1;
        failed = undefined;
        if (typingOf(parseJson(body)) !== undefined) count.typing += 1;
      }
      const saving = handled && (savingOf(handled) ?? refusalOf(handled));
      if (saving !== undefined) saved[saving] += 1;
    },
    org({ status = 200, body }) {
      const typing = typingOf(body);
      if (typing === undefined) return;
      count.sends += 1;
      if (typing === failed) count.retries += 1;
      // 0: it did not answer.
      failed = status === 0 || status >= 400 ? typing : undefined;
    },
    clear() {
      count = { ...none };
      saved = { ...noneSaved };
      failed = undefined;
    },
    counts() {
      const { keys, frames, typing, sends, retries } = count;
      const by = { client: Math.max(0, keys - typing), ...saved };
      return { keys, frames, sends, retries, saved: Math.max(0, keys - sends), by };
    },
  };
}

/** A typing frame that was refused before anything was asked of Genesys. */
function refusalOf({
  event,
  outcome,
  upstreamMs,
}: NonNullable<GatewayEvent['handled']>): 'refused' | undefined {
  const isTyping = event === 'typing-on' || event === 'typing-off';
  return isTyping && outcome === 'refused' && upstreamMs === undefined ? 'refused' : undefined;
}
