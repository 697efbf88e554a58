import { describe, expect, it } from 'vitest';
import { makeHostRule } from './hosts.ts';
import { GENESYS_REGIONS } from './regions.ts';

describe('the host rule', () => {
  const allows = makeHostRule(['chat.example.com', 'chat.example.com:8443', 'ws://127.0.0.1:4003']);

  it.each(Object.keys(GENESYS_REGIONS))('lets sockets of the region %s pass', (domain) => {
    expect(allows(`wss://webmessaging.${domain}/v1?deploymentId=1`)).toBe(true);
  });

  it.each([
    'wss://chat.example.com/socket',
    'wss://CHAT.example.com/socket',
    'wss://chat.example.com:8443/socket',
    'ws://127.0.0.1:4003/guests/1',
  ])('lets a configured host pass: %s', (url) => {
    expect(allows(url)).toBe(true);
  });

  it.each([
    ['another host', 'wss://evil.example.com/'],
    ['no TLS', 'ws://webmessaging.mypurecloud.com/v1'],
    ['a configured host without TLS', 'ws://chat.example.com/socket'],
    ['another port', 'wss://webmessaging.mypurecloud.com:8443/'],
    ['the region as a prefix', 'wss://webmessaging.mypurecloud.com.evil.com/'],
    ['the region without its dot', 'wss://evilmypurecloud.com/'],
    ['the region as a user name', 'wss://webmessaging.mypurecloud.com@evil.com/'],
    ['credentials', 'wss://user:pass@webmessaging.mypurecloud.com/'],
    ['a backslash for a slash', 'wss://evil.com\\.mypurecloud.com/'],
    ['an address inside the cloud', 'ws://169.254.169.254/latest/meta-data'],
    ['another port of a configured origin', 'ws://127.0.0.1:4004/'],
    ['no URL', 'mypurecloud.com'],
    ['another scheme', 'file:///etc/passwd'],
  ])('stops %s', (_, url) => {
    expect(allows(url)).toBe(false);
  });
});
