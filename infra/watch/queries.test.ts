import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { log } from '../../functions/ports/log.ts';
import { RelayError } from '../../functions/relay/errors.ts';
import { makeRelay } from '../../functions/relay/relay.ts';
import { makeMemoryStore } from '../../test/memory-store.ts';
import { plenty } from '../../test/plenty.ts';
import { propertiesOf, watched, watchTemplate } from './fixture.ts';
import { QUERIES } from './queries.ts';

const definition = z.object({
  Name: z.string(),
  QueryString: z.string(),
  LogGroupNames: z.array(z.string()),
});
const queries = propertiesOf(watchTemplate(), 'AWS::Logs::QueryDefinition').map((found) =>
  definition.parse(found),
);

/** What says why. */
const WHY = ['error', 'reason', 'cause', 'correlationId'];

const calls = z.array(z.tuple([z.record(z.string(), z.unknown())]));
const fieldsOf = (written: unknown): string[] =>
  calls
    .parse(written)
    .flatMap(([line]) => Object.entries(line))
    .flatMap(([name, value]) => (value === undefined ? [] : [name]));

/** The fields of the lines at WARN and at DEBUG that a refusal leaves. */
async function refuse(): Promise<{ warning: string[]; debug: string[] }> {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const debug = vi.spyOn(console, 'debug').mockReturnValue();
  const refusal = new RelayError('upstream_rejected', 'No.', {
    reason: 'missing_permission',
    cause: new Error('HTTP 403'),
    correlationId: 'correlation-1',
  });
  const relay = makeRelay({
    upstream: { send: () => Promise.reject(refusal), budget: plenty, release: () => undefined },
    openSession: () =>
      Promise.resolve({
        kind: 'agent-communication',
        key: 'guest-1',
        timing: 'expiring',
        message: () => ({ via: 'socket', url: 'wss://guest.example', frame: {} }),
        check: undefined,
        inbox: undefined,
      }),
    store: makeMemoryStore(),
    tell: (handled) => {
      for (const one of handled) log.debug('handled', { ...one });
    },
    countFrame: () => Promise.resolve({ flood: false }),
    watchLater: () => Promise.resolve(),
    now: Date.now,
    wait: () => Promise.resolve(),
    warn: log.warn,
  });
  await relay.typing({
    connectionId: 'tab-1',
    connectedAt: 0,
    sealedSession: 'sealed',
    requestId: 'request-1',
    receivedAt: Date.now(),
    body: JSON.stringify({ type: 'typing', data: { isTyping: true } }),
  });
  return { warning: fieldsOf(warn.mock.calls), debug: fieldsOf(debug.mock.calls) };
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** The fields of the functions' lines that a query asks for. */
const askedBy = (query: string): string[] =>
  (query.match(/message\.\w+/g) ?? []).map((field) => field.replace('message.', ''));

describe('the saved queries', () => {
  it("lie in a folder with the stack's name, over every log there is", () => {
    expect(queries.map(({ Name }) => Name)).toEqual(
      Object.keys(QUERIES).map((name) => `chat-typing/${name}`),
    );
    for (const { LogGroupNames } of queries) expect(LogGroupNames).toEqual(watched.logGroupNames);
  });

  describe.each([
    ['Refusals by code', ['warning']],
    ['Slowest upstream calls', ['debug']],
    ['One connection from a request id', ['warning', 'debug']],
  ] as const)('"%s"', (name, levels) => {
    const asked = askedBy(QUERIES[name]);

    it('asks for fields that a refusal leaves in its lines, and for nothing that a guest wrote', async () => {
      const found = await refuse();
      const left = levels.flatMap((level) => found[level]);
      expect(asked.filter((field) => !left.includes(field))).toEqual([]);
    });

    it('shows every field that says why', async () => {
      const found = await refuse();
      const why = WHY.filter((field) => levels.some((level) => found[level].includes(field)));
      expect(why.length).toBeGreaterThan(1);
      expect(why.filter((field) => !asked.includes(field))).toEqual([]);
    });
  });

  it('are commands of Logs Insights, one a line after a bar', () => {
    for (const { QueryString } of queries) {
      const commands = QueryString.split(/\n?\| /).map((command) => /^\w+/.exec(command)?.[0] ?? command);
      expect(
        commands.filter((command) => !['filter', 'fields', 'stats', 'sort', 'limit'].includes(command)),
      ).toEqual([]);
    }
  });
});
