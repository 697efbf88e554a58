import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readOAuthClient } from './input.ts';

const client = { clientId: 'the-id', clientSecret: 'the-secret' };

/** A terminal, or a pipe, on which this is typed. */
function typed(text: string, isTTY: boolean) {
  const said: string[] = [];
  const input = Object.assign(new PassThrough(), { isTTY });
  input.end(text);
  return { said, read: () => readOAuthClient({ input, ask: (line) => said.push(line) }) };
}

describe('an OAuth client', () => {
  it('is asked for on a terminal, which shows nothing of it', async () => {
    const { said, read } = typed(' the-id \nthe-secret\n', true);
    expect(await read()).toEqual(client);
    expect(said.join('')).toBe('Client ID (not shown): \nClient secret (not shown): \n');
  });

  it('is read as JSON from a pipe, without a question', async () => {
    const { said, read } = typed(JSON.stringify(client), false);
    expect(await read()).toEqual(client);
    expect(said).toEqual([]);
  });

  it.each([
    ['an empty line', 'the-id\n\n', true],
    ['a terminal that ends', 'the-id\n', true],
    ['no JSON', 'the-secret', false],
    ['JSON that lacks a field', '{"clientSecret":"the-secret"}', false],
    ['an empty field', '{"clientId":"","clientSecret":"the-secret"}', false],
  ])('with %s is refused, and nothing of it is shown', async (_, text, isTTY) => {
    const { said, read } = typed(text, isTTY);
    const refusal: unknown = await read().catch((error: unknown) => error);
    expect(String(refusal)).toMatch(/^UsageError: Nothing was written/);
    expect(`${String(refusal)}${said.join('')}`).not.toMatch(/the-(id|secret)/);
  });
});
