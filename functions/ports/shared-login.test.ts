import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeMemoryTokens } from '../../test/memory-tokens.ts';
import { fixed } from '../../test/org-client.ts';
import { unavailable } from '../relay/errors.ts';
import type { AccessToken, Login } from './login.ts';
import { makeOrgToken, type OrgToken, RENEW_BEFORE_MS } from './org-token.ts';
import { LEASE_MS } from './shared-login.ts';
import type { TokenStore } from './token-table.ts';

const T = 1_000_000;
const LIFE_MS = 600_000;

/** What becomes of one login, or of the environment that is about it. */
const FATES = ['answered', 'answered', 'lost', 'environment dies'] as const;

const scenario = fc.record({
  environments: fc.integer({ min: 1, max: 6 }),
  fates: fc.array(fc.constantFrom(...FATES), { maxLength: 4 }),
  /** How long things take, or environments are frozen for. */
  delays: fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(LEASE_MS, LEASE_MS + 1)), {
    maxLength: 20,
  }),
});

interface Weather {
  fates: (typeof FATES)[number][];
  delays: number[];
  /** Whether time passes while an environment waits. */
  isTimely: boolean;
}

interface World {
  clock: { now: number };
  org: Org;
  /** When each lease ended; epoch milliseconds. */
  leases: number[];
  /** @param die is called when it is never heard of again */
  makeEnvironment: (die?: () => void) => OrgToken;
}

interface Org {
  /** When it was asked for each token, and until when the answer was waited for; epoch milliseconds. */
  logins: { at: number; deadline: number }[];
  failures: number;
  deaths: number;
  valid: Set<string>;
}

/** An org and a table, each operation of which happens when the scheduler likes, at one moment of its time. */
function makeWorld(scheduler: fc.Scheduler, { fates, delays, isTimely }: Weather): World {
  const clock = { now: T };
  const leases: number[] = [];
  const org: Org = { logins: [], failures: 0, deaths: 0, valid: new Set() };
  const memory = makeMemoryTokens();

  async function turn(name: string): Promise<void> {
    await scheduler.schedule(Promise.resolve(), name);
    clock.now += delays.shift() ?? 0;
  }
  const slow =
    <A extends unknown[], R>(name: string, operation: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await turn(`${name} →`);
      const result = await operation(...args);
      await turn(`${name} ←`);
      return result;
    };
  const store: TokenStore = {
    read: slow('read', memory.read),
    lease: slow('lease', async (client, version, until) => {
      const isTaken = await memory.lease(client, version, until);
      if (isTaken) leases.push(until);
      return isTaken;
    }),
    share: slow('share', memory.share),
    pause: slow('pause', memory.pause),
  };

  const makeLogin =
    (die: () => void): Login =>
    async (_, deadline) => {
      org.logins.push({ at: clock.now, deadline });
      const fate = fates.shift() ?? 'answered';
      const issuedAt = clock.now;
      const token = { value: `token-${org.logins.length}`, issuedAt, endsAt: issuedAt + LIFE_MS };
      await turn('login');
      if (fate === 'environment dies') {
        org.deaths++;
        die();
        return new Promise<never>(() => undefined);
      }
      if (fate === 'lost' || clock.now > deadline) {
        org.failures++;
        throw unavailable(new Error(fate));
      }
      org.valid.add(token.value);
      return token;
    };

  function makeEnvironment(die: () => void = () => undefined): OrgToken {
    return makeOrgToken({
      store,
      credentials: fixed({ clientId: 'id', clientSecret: 'secret' }),
      login: makeLogin(die),
      loginUrl: 'https://login',
      now: () => clock.now,
      async wait(ms) {
        const until = clock.now + ms;
        await turn('wait');
        if (isTimely) clock.now = Math.max(clock.now, until);
      },
      warn: (_, fields) => expect.unreachable(JSON.stringify(fields)),
    });
  }
  return { clock, org, leases, makeEnvironment };
}

/** What a message got in an environment of its own: a token, or why there is none. */
function attempt(makeEnvironment: World['makeEnvironment']): Promise<string> {
  return new Promise((resolve) => {
    const token = makeEnvironment(() => {
      resolve('dead');
    });
    token.get(Infinity).then(
      ({ value }) => {
        resolve(value);
      },
      () => {
        resolve('failed');
      },
    );
  });
}

/** Each lease begins after the end of the one before it, has one login at most, and each login keeps to its own. */
function expectOneLoginALease(logins: Org['logins'], leases: number[]): void {
  for (const [index, until] of leases.slice(1).entries())
    expect(until - LEASE_MS).toBeGreaterThanOrEqual(leases[index] ?? Infinity);
  const leaseOf = ({ at }: { at: number }) =>
    leases.find((until) => at >= until - LEASE_MS && at < until) ?? 0;
  expect(new Set(logins.map(leaseOf)).size).toBe(logins.length);
  for (const login of logins) expect(login.deadline).toBeLessThanOrEqual(leaseOf(login));
}

it('in any order of anything, who lives has the one token that is shared, for one login a lease at most', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), scenario, async (scheduler, { environments, ...weather }) => {
      const { org, leases, makeEnvironment } = makeWorld(scheduler, { ...weather, isTimely: true });
      const attempts = Array.from({ length: environments }, () => attempt(makeEnvironment));
      const got = await scheduler.waitFor(Promise.all(attempts));
      const tokens = got.filter((one) => one !== 'dead' && one !== 'failed');
      expect(new Set(tokens).size).toBe(Math.min(tokens.length, 1));
      for (const token of tokens) expect(org.valid).toContain(token);
      // Only who logged in may have none.
      expect(tokens).toHaveLength(environments - org.failures - org.deaths);
      expectOneLoginALease(org.logins, leases);
    }),
    { numRuns: 1_000 },
  );
});

it('in any order, where nothing is lost, each token takes one login: the first, the next, and one after 401s', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 8 }), async (scheduler, count) => {
      const still = { fates: [], delays: [], isTimely: false };
      const { clock, makeEnvironment } = makeWorld(scheduler, still);
      const environments = Array.from({ length: count }, () => makeEnvironment());
      const all = async (use: (token: OrgToken) => Promise<AccessToken>) => {
        const tokens = await Promise.all(environments.map(use));
        return tokens.map(({ value }) => value);
      };
      const same = (token: string) => environments.map(() => token);

      expect(await scheduler.waitFor(all(({ get }) => get(Infinity)))).toEqual(same('token-1'));

      clock.now += LIFE_MS - RENEW_BEFORE_MS + 1;
      // Not one turn of the scheduler: nobody waits.
      expect(await all(({ get }) => get(Infinity))).toEqual(same('token-1'));
      await scheduler.waitIdle();
      clock.now += LEASE_MS;
      await all(({ get }) => get(Infinity));
      await scheduler.waitIdle();
      expect(await all(({ get }) => get(Infinity))).toEqual(same('token-2'));

      const replaced = all(async ({ get, replace }) => replace(await get(Infinity), Infinity));
      expect(await scheduler.waitFor(replaced)).toEqual(same('token-3'));
    }),
    { numRuns: 200 },
  );
});
