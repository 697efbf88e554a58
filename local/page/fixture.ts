import { onTestFinished, vi } from 'vitest';

import type { TraceEvent } from '../gateway/trace.ts';
import { oauthClient } from '../genesys/fixture.ts';
import type { Org } from '../genesys/org.ts';
import { startOrg } from '../genesys/org.ts';
import { makeListeners } from '../listeners.ts';
import type { GuestReply, UpstreamKind } from './app/wire.ts';
import { guestReply } from './app/wire.ts';
import type { SealTicket } from './backend.ts';
import type { Page } from './server.ts';
import { startPage } from './server.ts';

/** For tests: a page with an org of its own, and the calls that the browser makes. */
export const gatewayUrl = 'ws://127.0.0.1:4001/dev';

export const sealTicket = vi.fn<SealTicket>((upstream) =>
  Promise.resolve(`sealed:${JSON.stringify(upstream)}`),
);

export const warm = vi.fn();

/** Cuts any connection but that of the id `gone`. */
export const cut = vi.fn((connectionId: string) => connectionId !== 'gone');

export interface TestPage extends Page {
  org: Org;
  /** Tells the page's readers of a step at the gateway. */
  trace: (event: TraceEvent) => void;
  /** How many read the page's events. */
  readers: () => number;
  post(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: unknown }>;
  guest(kind?: UpstreamKind): Promise<GuestReply>;
}

/** Starts a page and its org. */
export async function startTestPage(): Promise<TestPage> {
  const org = await startOrg({ port: 0, oauthClient });
  const trace = makeListeners<TraceEvent>();
  let readers = 0;
  const watch: typeof trace.on = (listener) => {
    const stop = trace.on(listener);
    readers += 1;
    return () => {
      readers -= 1;
      stop();
    };
  };
  const page = await startPage({ port: 0, gatewayUrl, org, sealTicket, cut, warm, trace: watch });
  const post: TestPage['post'] = async (path, body, headers = {}) => {
    const response = await fetch(page.url + path, {
      method: 'POST',
      headers: { Origin: page.url, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    return { status: response.status, body: answer };
  };
  return {
    url: page.url,
    org,
    trace: trace.emit,
    readers: () => readers,
    post,
    guest: async (kind = 'typing-frame') => guestReply.parse((await post('/api/guests', { kind })).body),
    close: async () => {
      await page.close();
      await org.close();
    },
  };
}

/** Starts another page of an org, which ends with the test. */
export async function startAnotherPage(org: Org, port = 0): Promise<Page> {
  const page = await startPage({ port, gatewayUrl, org, sealTicket, cut, trace: () => () => undefined });
  onTestFinished(() => page.close());
  return page;
}
