import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const genesysDomain = 'mypurecloud.de';
const read = (context: object) => readConfig({ genesysDomain, ...context });

function complaintOf(context: object): string {
  try {
    read(context);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing to complain of');
}

describe('the configuration', () => {
  it('needs the Genesys region and has a default for all else', () => {
    expect(read({})).toEqual({
      stackName: 'typing-relay',
      stage: 'v1',
      genesysDomain,
      allowedHosts: [],
      webMessagingKeepOpen: false,
      logRetentionDays: 30,
      accountLogRole: true,
      throttleRate: 1_000,
      throttleBurst: 500,
    });
  });

  it('takes numbers and lists as a command line gives them', () => {
    expect(
      read({ throttleRate: '20', logRetentionDays: '7', allowedHosts: 'a.example.com,b.example.com:8443' }),
    ).toMatchObject({
      throttleRate: 20,
      logRetentionDays: 7,
      allowedHosts: ['a.example.com', 'b.example.com:8443'],
    });
  });

  it("leaves CDK's own context alone", () => {
    expect(() =>
      read({
        '@aws-cdk/core:flag': true,
        'availability-zones:account=1': [],
        'acknowledged-issue-numbers': [16603],
        'cli-telemetry': false,
      }),
    ).not.toThrow();
  });

  it('says of a wrong value which key, what was found and what is allowed', () => {
    expect(complaintOf({ genesysDomain: 'mypurecloud.fr' })).toMatch(
      /^genesysDomain: found "mypurecloud\.fr", allowed is one of mypurecloud\.com, .*apne3\.pure\.cloud\. Set it in cdk\.json or with -c genesysDomain=…$/,
    );
    expect(complaintOf({ throttleRate: 'many' })).toContain(
      'throttleRate: found "many", allowed is a whole number from 1 to 10000',
    );
  });

  it('says of a missing value that it is missing', () => {
    expect(complaintOf({ genesysDomain: undefined })).toContain(
      'genesysDomain: found nothing, allowed is one of',
    );
  });

  it('names a misspelt setting and those that there are', () => {
    expect(complaintOf({ genesysDomian: 'x' })).toContain(
      'genesysDomian: no such setting; there are stackName, stage, genesysDomain',
    );
  });

  it('tells everything that is wrong at once', () => {
    expect(complaintOf({ stage: 'UPPER', throttleBurst: 0, logRetentionDays: 2 }).split('\n')).toHaveLength(
      3,
    );
  });

  it.each(['ws://127.0.0.1:4003', 'ws://localhost:81', 'chat.example.com', 'chat.example.com:8443'])(
    'allows the host %s',
    (host) => {
      expect(read({ allowedHosts: [host] }).allowedHosts).toEqual([host]);
    },
  );

  it.each([
    'ws://chat.example.com',
    'https://chat.example.com/path',
    'a b',
    'user@host',
    '*',
    'a..b',
    'chat.example.com:443',
    'ws://localhost:80',
    'http://localhost:81',
  ])('does not allow the host %s', (host) => {
    expect(complaintOf({ allowedHosts: [host] })).toContain('allowedHosts: found');
  });

  it.each(['https://org.example.com', 'http://127.0.0.1:4003'])('takes %s for an origin', (genesysOrigin) => {
    expect(read({ genesysOrigin }).genesysOrigin).toBe(genesysOrigin);
  });

  it.each([
    'http://org.example.com',
    'https://org.example.com/api',
    'org.example.com',
    '127.0.0.1:4003',
    'https://u:p@org.example.com',
    'https://org.example.com?a#b',
  ])('sends no credentials to the origin %s', (genesysOrigin) => {
    expect(complaintOf({ genesysOrigin })).toContain('genesysOrigin: found');
  });

  it.each(['shop.example.com', 'https://shop.example.com', 'https://shop.example.com:8443'])(
    'takes %s for the Origin of guest sockets',
    (webMessagingOrigin) => {
      expect(read({ webMessagingOrigin }).webMessagingOrigin).toBe(webMessagingOrigin);
    },
  );

  it.each(['https://shop.example.com/', 'a b', 'x\r\nX-Evil: 1', '*', ''])(
    'does not take %j for the Origin of guest sockets',
    (webMessagingOrigin) => {
      expect(complaintOf({ webMessagingOrigin })).toContain('webMessagingOrigin: found');
    },
  );

  it.each([
    [true, true],
    ['true', true],
    ['false', false],
  ])(
    'keeps guest sockets open or not, as a file or a command line says: %j',
    (given, webMessagingKeepOpen) => {
      expect(read({ webMessagingKeepOpen: given })).toMatchObject({ webMessagingKeepOpen });
      expect(complaintOf({ webMessagingKeepOpen: 'perhaps' })).toContain(
        'webMessagingKeepOpen: found "perhaps"',
      );
    },
  );
});
