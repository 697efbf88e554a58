import { beforeEach, describe, expect, it } from 'vitest';

import { type Counting, makeCounting } from './app/counts.ts';
import type { GatewayEvent, Handled, OrgMessage } from './app/wire.ts';

let counting: Counting;
beforeEach(() => {
  counting = makeCounting();
});

function type(keys: number): void {
  for (let key = 0; key < keys; key += 1) counting.key();
}
const frameIn = (isTyping: boolean): GatewayEvent => ({
  kind: 'frame-in',
  at: 0,
  body: JSON.stringify({ type: 'typing', data: { isTyping } }),
});
function frame(isTyping: boolean, outcome: string, more: Partial<Handled> = {}): void {
  counting.gateway(frameIn(isTyping));
  const event = isTyping ? 'typing-on' : 'typing-off';
  counting.gateway({ kind: 'handled', at: 0, handled: { event, outcome, ...more } });
}
function send(isTyping: boolean, status = 200): void {
  const body: OrgMessage['body'] = { state: isTyping ? 'typing' : 'connected' };
  counting.org({ at: '', via: 'rest', status, body });
}

describe('what is counted', () => {
  it('saves each key that led to no call: most by the client, the rest by the relay', () => {
    type(80);
    send(true);
    frame(true, 'forwarded');
    frame(true, 'coalesced');
    frame(true, 'stale');
    frame(false, 'ignored');
    expect(counting.counts()).toEqual({
      keys: 80,
      frames: 4,
      sends: 1,
      retries: 0,
      saved: 79,
      by: { client: 76, coalesced: 1, stale: 1, ignored: 1, refused: 0 },
    });
  });

  it('saves nothing, and not less, where one key took an on and an off', () => {
    type(1);
    send(true);
    frame(true, 'forwarded');
    send(false);
    frame(false, 'forwarded');
    expect(counting.counts()).toMatchObject({ sends: 2, saved: 0, by: { client: 0 } });
  });

  it('takes a frame that is no typing for none that a key led to', () => {
    type(2);
    counting.gateway({ kind: 'frame-in', at: 0, body: '{"type":"ping"}' });
    expect(counting.counts()).toMatchObject({ frames: 1, by: { client: 2 } });
  });

  it.each([0, 401, 503])('tells a call that is made again after %i as a retry', (status) => {
    type(10);
    counting.gateway(frameIn(true));
    send(true, status);
    send(true);
    expect(counting.counts()).toMatchObject({ sends: 2, retries: 1, saved: 8 });
  });

  it('takes the call of the next frame for no retry, nor one of what was not refused', () => {
    counting.gateway(frameIn(true));
    send(true, 429);
    counting.gateway(frameIn(true));
    send(true);
    send(true);
    expect(counting.counts()).toMatchObject({ sends: 3, retries: 0 });
  });

  it('tells a refusal apart for which Genesys was not asked', () => {
    frame(true, 'refused');
    frame(true, 'refused', { upstreamMs: 12 });
    expect(counting.counts().by.refused).toBe(1);
  });

  it('begins anew when it is cleared', () => {
    type(3);
    frame(true, 'coalesced');
    send(true);
    counting.clear();
    expect(counting.counts()).toEqual(makeCounting().counts());
  });
});
