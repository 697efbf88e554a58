import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fixed, json, newKey, startOrg, typing } from '../../test/org-client.ts';
import { refusalOf } from '../../test/refusal.ts';
import { startTable, type TestTable } from '../../test/table.ts';
import { UPSTREAM_DEADLINE_MS, UPSTREAM_MIN_MS } from '../relay/constants.ts';
import { digest } from '../relay/upstream.ts';
import type { CallAws } from './aws.ts';
import { RENEW_BEFORE_MS, UNUSED_BEFORE_MS } from './org-token.ts';
import { LEASE_MS } from './shared-login.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(() => table.close());

/** What the tokens of the test's org live for. */
const LIFE_MS = 600_000;

const isDown: CallAws = () => Promise.reject(new Error('the table is down'));

it('one who waited for a dead lease can still log in and send, and no token ends under way', () => {
  expect(LEASE_MS + UPSTREAM_MIN_MS).toBeLessThan(UPSTREAM_DEADLINE_MS);
  expect(UNUSED_BEFORE_MS).toBeGreaterThan(UPSTREAM_DEADLINE_MS);
  expect(RENEW_BEFORE_MS).toBeGreaterThan(UNUSED_BEFORE_MS + LEASE_MS);
});

describe('one token for all environments', () => {
  it('takes one login, though twenty begin at once', async () => {
    const org = await startOrg(table);
    await Promise.all(org.environments(20).map(({ call }) => call()));
    expect(org.logins()).toBe(1);
    expect(org.seen).toHaveLength(21);
    expect(org.lastBearers(20)).toEqual([...org.valid]);
  });

  it('is found by one that begins later, in INIT', async () => {
    const org = await startOrg(table);
    await org.environment().call();
    await org.environment().warmUp();
    expect(org.logins()).toBe(1);
  });

  it('takes no call to the table while it is valid', async () => {
    const org = await startOrg(table);
    const { call } = org.environment();
    await call();
    const before = org.calls.toTable;
    org.clock.now += LIFE_MS - RENEW_BEFORE_MS - 1;
    await Promise.all([call(), call(), call()]);
    expect(org.calls.toTable).toBe(before);
  });

  it('is sealed in the table, for as long as it lives from when it was asked for', async () => {
    const org = await startOrg(table);
    const began = org.clock.now;
    org.answers.login = (seen) => {
      org.clock.now += 1_000;
      return org.issue(seen);
    };
    await org.environment().call();
    const Key = { pk: { S: `oauth#${digest([org.client.clientId, org.url])}` }, sk: { S: 'token' } };
    const raw = JSON.stringify(await table.call('GetItem', { TableName: table.name, Key }));
    const [bearer = ''] = org.valid;
    expect(raw).toContain('"sealed"');
    for (const secret of [bearer.slice('Bearer '.length), org.client.clientSecret, org.client.clientId]) {
      expect(raw).not.toContain(secret);
    }
    expect(raw).toContain(`"expiresAt":{"N":"${(began + LIFE_MS) / 1000}"}`);
  });

  it('is of one client: another logs in for itself', async () => {
    const org = await startOrg(table);
    await org.environment().call();
    const other = { clientId: randomUUID(), clientSecret: 'other' };
    await org.environment({ credentials: fixed(other) }).call();
    expect(org.logins()).toBe(2);
  });
});

describe('near the end of the token', () => {
  it('one environment renews it, and nobody waits', async () => {
    const org = await startOrg(table);
    const environments = org.environments(20);
    await Promise.all(environments.map(({ call }) => call()));
    const [old] = org.valid;
    org.answers.login = () => undefined;
    org.clock.now += LIFE_MS - RENEW_BEFORE_MS + 1;
    await Promise.all(environments.map(({ call }) => call()));
    expect(org.lastBearers(20)).toEqual([old]);
    await vi.waitUntil(() => org.logins() === 2);
  });

  it('all use the new one soon after', async () => {
    const org = await startOrg(table);
    const environments = org.environments(20);
    await Promise.all(environments.map(({ call }) => call()));
    const [old] = org.valid;
    org.clock.now += LIFE_MS - RENEW_BEFORE_MS + 1;
    for (const round of ['renew', 'look again']) {
      await Promise.all(environments.map(({ call }) => call()));
      await org.settled();
      org.clock.now += round === 'renew' ? LEASE_MS : 0;
    }
    await Promise.all(environments.map(({ call }) => call()));
    expect(org.logins()).toBe(2);
    expect(org.valid.size).toBe(2);
    expect(org.lastBearers(20)).not.toContain(old);
  });

  it('the old one stays in use where it cannot be renewed, and no message fails', async () => {
    const org = await startOrg(table);
    const { call, warn } = org.environment();
    await call();
    org.answers.login = () => json({ error: 'invalid_client' }, 400);
    org.clock.now += LIFE_MS - RENEW_BEFORE_MS + 1;
    await call();
    await org.settled();
    await call();
    expect(warn).toHaveBeenCalledExactlyOnceWith('token_not_renewed', expect.anything());
    org.clock.now += RENEW_BEFORE_MS - UNUSED_BEFORE_MS;
    expect(await refusalOf(call())).toMatchObject({ reason: 'bad_credentials' });
  });
});

describe('after a 401', () => {
  it('of all environments at once, one logs in and the others use what it got', async () => {
    const org = await startOrg(table);
    const environments = org.environments(20);
    await Promise.all(environments.map(({ call }) => call()));
    org.valid.clear();
    org.clock.now += LEASE_MS;
    await Promise.all(environments.map(({ call }) => call()));
    expect(org.logins()).toBe(2);
    expect(org.lastBearers(1)).toEqual([...org.valid]);
  });

  it('a newer token in the table is used, without a login', async () => {
    const org = await startOrg(table);
    const [early, late] = [org.environment(), org.environment()];
    await Promise.all([early.call(), late.call()]);
    org.valid.clear();
    org.clock.now += LEASE_MS;
    await early.call();
    await late.call();
    expect(org.logins()).toBe(2);
  });

  it('a token in the table that is void as well is replaced too, in the same message', async () => {
    const org = await startOrg(table);
    const [early, late] = [org.environment(), org.environment()];
    await Promise.all([early.call(), late.call()]);
    org.valid.clear();
    org.clock.now += LEASE_MS;
    await early.call();
    org.valid.clear();
    org.clock.now += LEASE_MS;
    await late.call();
    expect(org.logins()).toBe(3);
  });

  it('logins follow each other no faster than leases, also where every token is refused', async () => {
    const org = await startOrg(table, { api: () => json({}, 401) });
    const { call } = org.environment();
    const began = org.clock.now;
    org.clock.waitsUntil = began + 5 * LEASE_MS;
    for (let message = 0; message < 4; message++) await refusalOf(call());
    expect(org.logins()).toBeGreaterThan(1);
    expect(org.logins()).toBeLessThanOrEqual(1 + (org.clock.now - began) / LEASE_MS);
  });
});

describe('when an environment is lost', () => {
  it('another logs in after the lease', async () => {
    const org = await startOrg(table);
    org.answers.login = () => undefined;
    void refusalOf(org.environment().call());
    await vi.waitUntil(() => org.logins() === 1);
    org.answers.login = org.issue;
    org.clock.waitsUntil = org.clock.now + LEASE_MS;
    await Promise.all(org.environments(5).map(({ call }) => call()));
    expect(org.logins()).toBe(2);
  });

  it('nobody waits for it beyond the deadline', async () => {
    const org = await startOrg(table);
    org.answers.login = () => undefined;
    void refusalOf(org.environment().call());
    await vi.waitUntil(() => org.logins() === 1);
    org.clock.waitsUntil = org.clock.now + LEASE_MS;
    expect(await refusalOf(org.environment().call(typing, 500))).toMatchObject({
      code: 'upstream_unavailable',
    });
    expect(org.logins()).toBe(1);
  });

  it('frozen with its login under way, it uses what was shared meanwhile', async () => {
    const org = await startOrg(table);
    let thaw = (): void => undefined;
    const thawed = new Promise<void>((resolve) => (thaw = resolve));
    const freezing = (call: CallAws) => async (operation: string, input: object) => {
      if (JSON.stringify(input).includes(':sealed')) await thawed;
      return call(operation, input);
    };
    const frozen = org.environment({ table: freezing }).call();
    await vi.waitUntil(() => org.valid.size === 1);
    org.clock.now += LEASE_MS;
    await org.environment().call();
    const [, shared] = org.valid;
    thaw();
    await frozen;
    expect(org.lastBearers(2)).toEqual([shared]);
  });
});

describe('when the table is down', () => {
  it('an environment logs in by itself, says so once, and sends', async () => {
    const org = await startOrg(table);
    const { call, warn } = org.environment({ table: () => isDown });
    await call();
    await call();
    expect(org.logins()).toBe(1);
    expect(warn).toHaveBeenCalledExactlyOnceWith('token_not_shared', expect.anything());
  });

  it('so it does when only the token cannot be kept', async () => {
    const org = await startOrg(table);
    const readOnly = (call: CallAws) => (operation: string, input: object) =>
      JSON.stringify(input).includes(':sealed') ? isDown(operation, input) : call(operation, input);
    const { call, warn } = org.environment({ table: readOnly });
    await call();
    expect(org.logins()).toBe(1);
    expect(warn).toHaveBeenCalledExactlyOnceWith('token_not_shared', expect.anything());
  });

  it('or when the keys cannot be had', async () => {
    const org = await startOrg(table);
    await org.environment().call();
    await org.environment({ keys: fixed() }).call();
    expect(org.logins()).toBe(2);
  });

  it('a refused login is not repeated with every message', async () => {
    const org = await startOrg(table, { login: () => json({}, 400) });
    const { call } = org.environment({ table: () => isDown });
    await refusalOf(call());
    await refusalOf(call());
    expect(org.logins()).toBe(1);
  });
});

describe('after a rotation of the ticket keys', () => {
  it('the token is still used, also by those who have the old keys only', async () => {
    const org = await startOrg(table);
    await org.environment().call();
    await org.environment({ keys: fixed({ ...newKey('2'), previous: org.keys }) }).call();
    expect(org.logins()).toBe(1);
  });

  it('that took the old key away, the token is got and shared anew', async () => {
    const org = await startOrg(table);
    await org.environment().call();
    const rotated = newKey('2');
    org.clock.now += LEASE_MS;
    await org.environment({ keys: fixed(rotated) }).call();
    await org.environment({ keys: fixed(rotated) }).call();
    expect(org.logins()).toBe(2);
  });
});
