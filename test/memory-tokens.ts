import type { SharedToken, TokenStore } from '../functions/ports/token-table.ts';

/** What environments share of an OAuth client, in memory: what `ports/token-table.ts` does in DynamoDB. */
export function makeMemoryTokens(): TokenStore {
  const items = new Map<string, SharedToken>();
  const read = (client: string): SharedToken => items.get(client) ?? { version: 0 };

  function change(client: string, version: number, next: Partial<SharedToken>): boolean {
    const last = read(client);
    if (last.version !== version) return false;
    items.set(client, { ...last, ...next, version: version + 1 });
    return true;
  }

  return {
    read: (client) => Promise.resolve(read(client)),
    lease: (client, version, leasedUntil) =>
      Promise.resolve(change(client, version, { leasedUntil, pause: undefined })),
    share: (client, version, token) => Promise.resolve(change(client, version, { token })),
    pause(client, version, pause) {
      change(client, version, { pause, leasedUntil: undefined });
      return Promise.resolve();
    },
  };
}
