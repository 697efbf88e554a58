import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ticketKeys } from '../../functions/relay/ticket-keys.ts';
import { LIFE_LIMITS, type LifeLimits } from '../../local/gateway/connections.ts';
import { makeClosers } from '../../local/closers.ts';
import { anything } from '../../local/fixture.ts';
import { startStack } from '../../local/stack.ts';
import { SCENARIOS } from './all.ts';
import type { Target } from './parts.ts';
import { play } from './play.ts';
import { synthesiseProbe } from './probe/synth.ts';
import { ROWS, type Scenario } from './scenario.ts';

/** How long the local gateway leaves a connection alone when a scenario waits for the end of that time. */
const SHORT_MS = 1_000;

const { add, closeAll } = makeClosers();
const targets = new Map<Scenario['slow'], Target>();

beforeAll(async () => {
  const { template, token } = add(await synthesiseProbe(new AbortController().signal));
  const { gateway: url, ticketKeyFile } = inject('local');
  const keys = ticketKeys.parse(JSON.parse(readFileSync(ticketKeyFile, 'utf8')));
  const targetWith = async (limits: LifeLimits): Promise<Target> => {
    const ports = { gateway: 0, http: 0 };
    const quiet = { tell: () => undefined, onLog: () => undefined };
    const { gateway, http } = add(await startStack({ template, ports, ...quiet, gateway: { limits } }));
    const probe = { url: gateway, token, ...(http === undefined ? {} : { httpUrl: http }) };
    return { relay: { url, keys }, probe, limits };
  };
  targets.set(undefined, await targetWith(LIFE_LIMITS));
  targets.set('idle', await targetWith({ ...LIFE_LIMITS, idleMs: SHORT_MS }));
  targets.set('life', await targetWith({ ...LIFE_LIMITS, lifeMs: SHORT_MS }));
});
afterAll(closeAll);

describe('the local gateway', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('%s', async (_, scenario) => {
    const target = targets.get(scenario.slow);
    if (target === undefined) throw new Error('the stack did not start');
    const outcome = await play(scenario, target, { deadlineMs: 25_000, slow: true });
    expect(outcome).toEqual({ result: 'as expected', ms: anything(Number) });
  });
});

describe('the suite', () => {
  it('has a scenario for each row', () => {
    const played = new Set(SCENARIOS.map(({ row }) => row));
    expect(Object.values(ROWS).filter((row) => !played.has(row))).toEqual([]);
  });

  it('has no name twice', () => {
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
  });
});
