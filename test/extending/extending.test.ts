import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import * as z from 'zod';
import { errorFrame } from '../../functions/relay/server-frames.ts';
import { like } from '../../local/fixture.ts';
import { makeSockets } from '../scenarios/client.ts';
import { type Copy, makeCopy, type Run } from './copy.ts';
import { extentOf, follow, page, type Sources, stepsOf } from './page.ts';

/** docs/extending.md, taken at its word: its code, in a copy of the sources, and over real sockets. */

const SECTIONS = ['A new route', 'A new upstream'];
const CHANGED = ['infra/routes.ts', 'functions/relay/protocol.ts', 'functions/upstreams/index.ts'];

/** They share what they load: the CDK is slow to load. */
const UNIT = ['vitest', 'run', '--project', 'unit', '--no-isolate', '--maxWorkers', '1'] as const;

/** It starts a process for each of its tests: of those the one that follows the list of upstreams is run. */
const TICKET_TEST = 'infra/ticket.test.ts';

const isCode = (path: string): boolean => !path.endsWith('.test.ts') && !path.startsWith('docs/');

let copy: Copy;
let before: Sources;

beforeAll(async () => {
  copy = await makeCopy();
  before = await copy.read();
  await copy.write(SECTIONS.flatMap(stepsOf).reduce(follow, before));
});
afterAll(() => copy.remove());

describe.each(SECTIONS)('%s', (section) => {
  it('is one new file and two changed lines of code', () => {
    const code = stepsOf(section)
      .filter(({ path }) => isCode(path))
      .reduce(follow, before);
    const { newFiles, changedLines, lostLines } = extentOf(before, code);
    expect(newFiles).toHaveLength(1);
    expect(changedLines).toHaveLength(2);
    expect(lostLines).toEqual([]);
  });

  it('is one row in the contract with clients', () => {
    const docs = stepsOf(section)
      .filter(({ path }) => path.startsWith('docs/'))
      .reduce(follow, before);
    expect(extentOf(before, docs)).toMatchObject({ newFiles: [], changedLines: [expect.any(String)] });
  });
});

describe('the code of both', () => {
  const written = SECTIONS.flatMap(stepsOf).filter(({ kind }) => kind === 'new');
  const files = [...written.map(({ path }) => path), ...CHANGED];

  /** The compiler's settings for some of the sources. */
  async function narrow(file: string, include: string[], exclude: string[]): Promise<void> {
    const settings = z.looseObject({}).parse(JSON.parse(before.get('tsconfig.json') ?? ''));
    await copy.write(new Map([[file, JSON.stringify({ ...settings, include, exclude })]]));
  }

  it('keeps the rules of lint and format', async () => {
    // With the CDK's types it would take three times as long, and none of these files knows them.
    await narrow('tsconfig.json', files, []);
    expect(await copy.complaints('eslint', '--max-warnings', '0', ...files)).toBe('');
    expect(await copy.complaints('prettier', '--check', ...files)).toBe('');
  });

  it('type-checks', async () => {
    await narrow('tsconfig.all.json', ['functions', 'infra'], ['**/*.test.ts']);
    expect(await copy.complaints('tsc', '-p', 'tsconfig.all.json')).toBe('');
  });

  it('passes its own test', async () => {
    const tests = files.filter((path) => path.endsWith('.test.ts'));
    expect(tests).not.toEqual([]);
    expect(await copy.complaints(...UNIT, ...tests)).toBe('');
  });

  it('passes the tests that follow the lists of routes and upstreams', async () => {
    const followers = [...before]
      .filter(([path, text]) => path.endsWith('.test.ts') && /\b(ROUTES|UPSTREAM_KINDS)\b/.test(text))
      .map(([path]) => path);
    expect(followers).toContain(TICKET_TEST);
    const tests = followers.filter((path) => path !== TICKET_TEST);
    expect(await copy.complaints(...UNIT, ...tests)).toBe('');
  });

  it('leaves the help of npm run ticket right', async () => {
    expect(await copy.complaints(...UNIT, TICKET_TEST, '--testNamePattern=--help$')).toBe('');
  });
});

describe('on the local run', () => {
  const sockets = makeSockets();
  const desktop = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const arrived: unknown[] = [];
  let run: Run;
  let socketUrl: string;

  beforeAll(async () => {
    if (!desktop.address()) await once(desktop, 'listening');
    const { port } = z.object({ port: z.number() }).parse(desktop.address());
    socketUrl = `ws://127.0.0.1:${port}/typing`;
    run = await copy.start('--allow-host', new URL(socketUrl).origin);
  });
  afterAll(async () => {
    sockets.close();
    await run.close();
    desktop.close();
  });

  desktop.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      arrived.push(JSON.parse(data.toString()));
      desktop.emit('arrival');
    });
  });
  /** Everything that arrived at the desktop, once it is so much. */
  async function arrivals(count: number): Promise<unknown[]> {
    while (arrived.length < count) await once(desktop, 'arrival');
    return arrived;
  }

  const session = (chat: string) => ({ kind: 'desk', chat, socketUrl });
  async function connect(upstream: object) {
    const ticket = await copy.ticket(run.ticketKeyFile, upstream);
    return sockets.open(run.gateway, { protocols: ['typing-relay', ticket] });
  }
  const typing = (isTyping: boolean, id: string) => ({ type: 'typing', data: { isTyping }, id });
  const lifetimeFrame = z.strictObject({
    type: z.literal('lifetime'),
    data: z.strictObject({ endsInMs: z.number().max(7_200_000) }),
  });

  it('the route answers, and says what a wrong frame should be', async () => {
    const client = await connect(session('c-0'));
    const { data } = lifetimeFrame.parse(await client.ask({ type: 'lifetime' }));
    // The connection has just begun, however slow this machine.
    expect(data.endsInMs).toBeGreaterThan(7_000_000);
    const { error: misspelt } = errorFrame.parse(await client.ask({ type: 'lifetime', please: true }));
    expect(misspelt).toMatchObject({ code: 'bad_frame', message: like(/{"type":"lifetime"}/) });
    const { error: unknown } = errorFrame.parse(await client.ask({ type: 'life' }));
    expect(unknown).toMatchObject({ code: 'unknown_type', message: like(/: typing, ping, lifetime/) });
  });

  it('the route is guarded: who floods it is told so and closed', async () => {
    const client = await connect(session('c-0'));
    for (let frames = 0; frames < 40; frames++) client.send({ type: 'lifetime' });
    const seen = [await client.next()];
    while (!seen.some((one) => 'code' in one)) seen.push(await client.next());
    expect(JSON.stringify(seen)).toContain('too_many_frames');
    expect(seen.at(-1)).toMatchObject({ code: 1000 });
  });

  it('the upstream gets its frames, and the off that is owed when the guest leaves', async () => {
    const client = await connect(session('c-1'));
    const frame = (active: boolean) => ({ event: 'typing', chat: 'c-1', active });
    expect(await client.ask(typing(true, '1'))).toEqual({ type: 'ack', id: '1', outcome: 'forwarded' });
    expect(await arrivals(1)).toEqual([frame(true)]);
    expect(await client.ask(typing(true, '2'))).toEqual({ type: 'ack', id: '2', outcome: 'coalesced' });
    client.close();
    expect(await arrivals(2)).toEqual([frame(true), frame(false)]);
  });

  it('the upstream keeps the rule for hosts: a ticket that names another opens nothing', async () => {
    const ticket = await copy.ticket(run.ticketKeyFile, {
      ...session('c-2'),
      socketUrl: 'ws://127.0.0.1:9/',
    });
    expect(await sockets.upgrade(run.gateway, { protocols: ['typing-relay', ticket] })).toMatchObject({
      status: 403,
    });
  });
});

describe('its table of grants', () => {
  it('has each word that a row may touch', () => {
    const routes = before.get('infra/routes.ts') ?? '';
    const words = [...(/type Touches =([^;]+);/.exec(routes)?.[1] ?? '').matchAll(/'([\w-]+)'/g)];
    expect(words).not.toEqual([]);
    const table = page
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .join();
    expect(words.filter(([, word = '']) => !table.includes(`\`${word}\``))).toEqual([]);
  });
});
