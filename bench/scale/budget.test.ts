import { describe, expect, it } from 'vitest';
import { shareBudget } from './budget.ts';
import { AGENT_COMMUNICATION, OPEN_MESSAGING, PARTICIPANT_STATE, REST_WAYS } from './upstreams.ts';

const options = { seed: 1, requestsPerMinute: 300 } as const;

describe('chats that share the requests of a token', () => {
  it.each(REST_WAYS.map((way) => [way.name, way] as const))('%s: ten lose nothing', async (_, way) => {
    const found = await shareBudget(way, 10, options);
    expect(found).toMatchObject({ limited: 0, stuck: 0 });
    expect(found.draftsShown).toBeGreaterThan(0.95);
    expect(found.onsetP95).toBeLessThan(1);
  });

  it('show less and later where they are too many, and are told so', async () => {
    const few = await shareBudget(OPEN_MESSAGING, 20, options);
    const many = await shareBudget(OPEN_MESSAGING, 120, options);
    expect(many.draftsShown).toBeLessThan(few.draftsShown);
    expect(many.onsetP95).toBeGreaterThan(few.onsetP95);
    expect(many.errors).toBeGreaterThan(few.errors);
    expect(many.requests - many.limited).toBeLessThanOrEqual(300);
    expect(many.requests).toBeGreaterThan(250);
    // The relay stops by itself before Genesys has to say so.
    expect(many.limited).toBeLessThan(1);
  });

  it('leave no bubble where the far side lets it lapse, however many there are', async () => {
    for (const way of [OPEN_MESSAGING, AGENT_COMMUNICATION])
      expect(await shareBudget(way, 100, options)).toMatchObject({ stuck: 0 });
  });

  it('are told apart by their number alone: the same seed gives the same', async () => {
    const once = await shareBudget(PARTICIPANT_STATE, 30, options);
    expect(await shareBudget(PARTICIPANT_STATE, 30, options)).toEqual(once);
    expect(await shareBudget(PARTICIPANT_STATE, 30, { ...options, seed: 2 })).not.toEqual(once);
  });
});
