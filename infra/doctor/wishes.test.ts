import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GENESYS_REGIONS } from '../../functions/relay/regions.ts';
import { readFlags, readWishes, type Wishes } from './wishes.ts';

const readArgs = async (args: string[], env: Record<string, string> = {}): Promise<Wishes> =>
  readWishes(readFlags(args), env, 'mypurecloud.com');

function fileWith(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'typing-relay-doctor-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  const file = join(directory, 'file');
  writeFileSync(file, text);
  return file;
}

describe('the flags', () => {
  it('name a region; without one it is that of cdk.json', async () => {
    expect((await readArgs(['--domain', 'mypurecloud.ie'])).target).toMatchObject({
      region: 'eu-west-1',
      apiUrl: 'https://api.mypurecloud.ie',
      loginUrl: 'https://login.mypurecloud.ie',
      cdnUrl: 'https://api-cdn.mypurecloud.ie',
      webMessagingUrl: 'wss://webmessaging.mypurecloud.ie/v1',
    });
    expect((await readArgs([])).target.domain).toBe('mypurecloud.com');
  });

  it('with a wrong region are answered with all there are', async () => {
    const error: unknown = await readArgs(['--domain', 'mypurecloud.uk']).catch((thrown: unknown) => thrown);
    for (const domain of Object.keys(GENESYS_REGIONS)) expect(String(error)).toContain(domain);
  });

  it('may name another origin: https, or this machine', async () => {
    const { target } = await readArgs(['--origin-url', 'http://127.0.0.1:4002']);
    expect(target).toMatchObject({
      apiUrl: 'http://127.0.0.1:4002',
      webMessagingUrl: 'ws://127.0.0.1:4002/v1',
    });
    await expect(readArgs(['--origin-url', 'http://example.com'])).rejects.toThrow('loopback host');
  });

  it.each([
    [['--deployment', '../x'], '--deployment takes an id'],
    [['--conversation', 'a b'], '--conversation takes an id'],
    [['--origin', 'ftp://x'], '--origin takes a host'],
    [['--open-user', ''], '--open-user takes 1 to 256'],
    [['--client-file', 'nowhere.json'], 'Cannot read --client-file nowhere.json'],
    [['--client-file', 'package.json'], 'package.json is not {"clientId":"…","clientSecret":"…"}'],
    [['--colour', 'red'], "Unknown option '--colour'"],
  ])('%j are refused', async (args, words) => {
    await expect(readArgs(args)).rejects.toThrow(words);
  });
});

describe('a secret', () => {
  it('comes by the environment', async () => {
    const env = {
      GENESYS_CLIENT_ID: 'id-1',
      GENESYS_CLIENT_SECRET: 'hush',
      GENESYS_GUEST_TOKEN: 'guest-1',
      GENESYS_USER_TOKEN: 'user-1',
      GENESYS_SOCKET_URL: 'wss://x.mypurecloud.com/s?token=t',
    };
    expect(await readArgs([], env)).toMatchObject({
      client: { clientId: 'id-1', clientSecret: 'hush' },
      guestToken: 'guest-1',
      userToken: 'user-1',
      socketUrl: env.GENESYS_SOCKET_URL,
    });
  });

  it('comes by a file, which wins, and whose last line end does not count', async () => {
    const clientFile = fileWith('{"clientId":"id-2","clientSecret":"hush-2"}\n');
    const args = ['--client-file', clientFile, '--guest-token-file', fileWith('guest-2\n')];
    expect(await readArgs(args, { GENESYS_GUEST_TOKEN: 'guest-1' })).toMatchObject({
      client: { clientId: 'id-2', clientSecret: 'hush-2' },
      guestToken: 'guest-2',
    });
  });

  it('that is empty is none, and half a client is refused', async () => {
    expect((await readArgs([], { GENESYS_CLIENT_ID: '', GENESYS_CLIENT_SECRET: '' })).client).toBeUndefined();
    await expect(readArgs([], { GENESYS_CLIENT_ID: 'id' })).rejects.toThrow(
      'GENESYS_CLIENT_SECRET is missing',
    );
    await expect(readArgs([], { GENESYS_CLIENT_SECRET: 'hush' })).rejects.toThrow(
      'GENESYS_CLIENT_ID is missing',
    );
  });

  it.each([
    ['a flag that there is not', ['--client-secret=hush-hush'], {}],
    ['no flag at all', ['hush-hush'], {}],
    ['a client file that is wrong', ['--client-file', 'FILE'], {}],
    ['a socket URL that is none', ['--socket-url', 'http://x?token=hush-hush'], {}],
    ['a token with a space', [], { GENESYS_GUEST_TOKEN: 'hush-hush and more' }],
  ])('in %s is refused and not repeated', async (_, args, env) => {
    const file = fileWith('{"clientSecret":"hush-hush"}');
    const named = args.map((one) => (one === 'FILE' ? file : one));
    const error: unknown = await readArgs(named, env).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'UsageError' });
    expect(String(error)).not.toContain('hush-hush');
  });
});
