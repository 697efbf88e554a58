import { randomBytes, randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { type Mock, vi } from 'vitest';
import type { Budget } from '../functions/relay/delivery.ts';
import type { CallAws } from '../functions/ports/aws.ts';
import { makeGenesysApi } from '../functions/ports/genesys-api.ts';
import type { ApiCall } from '../functions/ports/genesys-refusals.ts';
import { makeHttp, type SendHttp } from '../functions/ports/http.ts';
import { makeLogin, type OAuthClient } from '../functions/ports/login.ts';
import { makeOrgToken } from '../functions/ports/org-token.ts';
import type { Secret } from '../functions/ports/secrets.ts';
import { makeTokenTable } from '../functions/ports/token-table.ts';
import type { TicketKeys } from '../functions/relay/ticket-keys.ts';
import { type Reply, type Seen, serve } from './http-server.ts';
import type { TestTable } from './table.ts';

export const json = (body: object, status = 200, headers = {}): Reply => ({
  status,
  body: JSON.stringify(body),
  headers,
});

/** A second of the environments' clock may take so many here: a busy machine is slow and not red. */
const PATIENCE = 5;

export const typing: ApiCall = {
  method: 'POST',
  path: '/api/v2/conversations/c/participants/p',
  body: { state: 'typing' },
  permission: 'conversation:write',
};

/** A secret that holds this, and after a refresh the next. */
export function fixed<T>(...values: T[]): Secret<T> {
  return {
    get: () => {
      const [value] = values;
      return value === undefined ? Promise.reject(new Error('clientId is empty')) : Promise.resolve(value);
    },
    refresh: () => Promise.resolve(values.length > 1 && values.shift() !== undefined),
  };
}

export const newKey = (kid: string): TicketKeys => ({ kid, key: randomBytes(32).toString('hex') });

type Answerer = (seen: Seen) => Reply | 'drop' | undefined;

/** What an environment may have otherwise than the others. */
interface Differences {
  credentials?: Secret<OAuthClient>;
  keys?: Secret<TicketKeys>;
  /** What becomes of its calls to the table. */
  table?: (call: CallAws) => CallAws;
}

export interface TestEnvironment {
  /** @param ms by the clock of the environments */
  call: (what?: ApiCall, ms?: number) => Promise<unknown>;
  warmUp: () => Promise<void>;
  budget: () => Budget;
  warn: Mock;
}

export interface TestOrg {
  url: string;
  seen: Seen[];
  client: OAuthClient;
  keys: TicketKeys;
  /** Stands still, except that waits go on until a time. */
  clock: { now: number; waitsUntil: number };
  calls: { underWay: number; toTable: number };
  /** The Authorization headers that it takes. */
  valid: Set<string>;
  /** How it answers from now on. */
  answers: { login: Answerer; api: Answerer };
  issue: Answerer;
  environment: (own?: Differences) => TestEnvironment;
  environments: (count: number) => TestEnvironment[];
  logins: () => number;
  /** With what it was called last, in so many calls. */
  lastBearers: (count: number) => string[];
  /** Waits for what goes on behind the messages. */
  settled: () => Promise<unknown>;
}

/**
 * An org with one OAuth client, and environments of the relay that share a table and a clock, which stands still.
 * @param replies instead of issuing a token, and of taking the tokens that were issued
 */
export async function startOrg(
  table: TestTable,
  replies: { login?: Answerer; api?: Answerer } = {},
): Promise<TestOrg> {
  const client = { clientId: randomUUID(), clientSecret: 's:ecret' };
  const keys = newKey('1');
  const clock = { now: 1_000_000_000_000, waitsUntil: 0 };
  const valid = new Set<string>();
  const calls = { underWay: 0, toTable: 0 };
  const http = makeHttp();

  const issue: Answerer = () => {
    const token = `access-token-${randomUUID()}`;
    valid.add(`Bearer ${token}`);
    return json({ access_token: token, expires_in: 600 });
  };
  const take: Answerer = ({ headers }) =>
    valid.has(headers.authorization ?? '') ? json({}) : json({ code: 'bad.credentials' }, 401);
  const answers = { login: replies.login ?? issue, api: replies.api ?? take };
  const { url, seen } = await serve((one) =>
    one.path === '/oauth/token' ? answers.login(one) : answers.api(one),
  );

  async function counted<T>(work: Promise<T>): Promise<T> {
    calls.underWay++;
    return work.finally(() => calls.underWay--);
  }
  const patient: SendHttp = (request) =>
    counted(http({ ...request, deadline: Date.now() + PATIENCE * (request.deadline - clock.now) }));
  const callTable: CallAws = (operation, input) => {
    calls.toTable++;
    return counted(table.call(operation, input));
  };

  function environment(own: Differences = {}): TestEnvironment {
    const warn = vi.fn();
    const now = () => clock.now;
    const store = makeTokenTable(own.table?.(callTable) ?? callTable, table.name, own.keys ?? fixed(keys));
    const token = makeOrgToken({
      store,
      credentials: own.credentials ?? fixed(client),
      login: makeLogin({ loginUrl: url, http: patient, now }),
      loginUrl: url,
      now,
      async wait(ms) {
        clock.now = Math.max(clock.now, Math.min(clock.now + ms, clock.waitsUntil));
        await turn();
      },
      warn,
    });
    const api = makeGenesysApi({ apiUrl: url, token, http: patient, now });
    return {
      call: (what: ApiCall = typing, ms = 3_000) => api.call(what, clock.now + ms),
      warmUp: () => api.warmUp(clock.now + 3_000),
      budget: api.budget,
      warn,
    };
  }

  return {
    url,
    seen,
    client,
    keys,
    clock,
    calls,
    valid,
    answers,
    issue,
    environment,
    environments: (count) => Array.from({ length: count }, () => environment()),
    logins: () => seen.filter(({ path }) => path === '/oauth/token').length,
    lastBearers: (count) => [
      ...new Set(seen.slice(-count).map(({ headers }) => headers.authorization ?? 'none')),
    ],
    settled: () => vi.waitUntil(() => calls.underWay === 0),
  };
}
