import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, SETTINGS } from './config.ts';
import { DOMAINS } from './stack-fixture.ts';

const genesysDomain = 'mypurecloud.de';
const { certificateArn } = DOMAINS;
const nameless = { domainName: undefined, webhookDomainName: undefined };
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
      webhookThrottleRate: 200,
      webhookThrottleBurst: 100,
      connectionsPerSecondQuota: 500,
      logLevel: 'WARN',
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

  it.each<[string, unknown]>([
    ['@aws-cdk/core:flag', true],
    ['@scope/flag', true],
    ['availability-zones:account=1', []],
    ['aws:cdk:bundling-stacks', ['**']],
    ['acknowledged-issue-numbers', [16603]],
    ['cdk-migrate', true],
    ['cli-telemetry', false],
  ])("leaves CDK's own context alone: %s", (key, value) => {
    expect(read({ [key]: value })).toEqual(read({}));
  });

  it('says of a wrong value which key, what was found and what is allowed', () => {
    expect(complaintOf({ genesysDomain: 'mypurecloud.fr' })).toMatch(
      /^genesysDomain: found "mypurecloud\.fr", allowed is one of mypurecloud\.com, .*apne3\.pure\.cloud\. Set it in cdk\.json or with -c genesysDomain=…$/,
    );
    expect(complaintOf({ throttleRate: 'many' })).toContain(
      'throttleRate: found "many", allowed is a whole number from 1 to 10000',
    );
  });

  it('asks for the missing region by name, in words that are right for each cdk command', () => {
    const complaint = complaintOf({ genesysDomain: undefined });
    expect(complaint).toMatch(/^genesysDomain is missing: one of mypurecloud\.com, /);
    expect(complaint).toContain('"genesysDomain": "mypurecloud.com"');
    expect(complaint).not.toContain('deploy');
  });

  it.each(['genesysDomian', 'throttle-rate', 'throttle_rate', 'throttleRate2', 'throttle.rate', ' stage'])(
    'names a misspelt setting and those that there are: %j',
    (key) => {
      expect(complaintOf({ [key]: '1' })).toContain(
        `${key}: no such setting; there are genesysDomain, stackName, stage`,
      );
    },
  );

  const numbers = Object.entries(read({})).flatMap(([key, value]) =>
    typeof value === 'number' ? [key] : [],
  );
  it.each([...numbers, 'webhookConcurrency'])('takes nothing but a number for %s', (key) => {
    for (const value of [true, null, '', ' ', [], ['20'], '0x10', '1e2'])
      expect(complaintOf({ [key]: value })).toContain(`${key}: found ${JSON.stringify(value)}`);
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

  it.each([
    ['certificateArn is missing', { certificateArn: undefined }],
    [
      'certificateArn is given without domainName or webhookDomainName',
      { certificateArn, hostedZoneId: undefined, hostedZoneName: undefined, ...nameless },
    ],
    ['hostedZoneId and hostedZoneName belong together', { hostedZoneId: undefined }],
    ['hostedZoneId and hostedZoneName belong together', { hostedZoneName: undefined }],
    ['there is no record to make', { certificateArn: undefined, ...nameless }],
    ['domainName and webhookDomainName are the same', { webhookDomainName: DOMAINS.domainName }],
    ['chat.example.org: not in the hosted zone example.com', { domainName: 'chat.example.org' }],
    ['chat.notexample.com: not in the hosted zone example.com', { domainName: 'chat.notexample.com' }],
  ])('refuses half a domain: %s', (sentence, changes) => {
    expect(() => read(DOMAINS)).not.toThrow();
    expect(complaintOf({ ...DOMAINS, ...changes })).toContain(sentence);
  });

  it.each(['Chat.example.com', 'chat', 'https://chat.example.com', 'chat_1.example.com', '-a.example.com'])(
    'does not take %s for a domain name',
    (domainName) => {
      expect(complaintOf({ ...DOMAINS, domainName })).toContain('domainName: found');
    },
  );
});

describe('docs/deployment.md', () => {
  const page = readFileSync(new URL('../docs/deployment.md', import.meta.url), 'utf8');
  const defaults: Record<string, unknown> = { ...read({}), genesysDomain: undefined };

  /** What a setting is where nobody says so. */
  function defaultOf(name: string): string {
    const value = defaults[name];
    if (name === 'genesysDomain') return 'needed';
    return ['string', 'number', 'boolean'].includes(typeof value)
      ? `\`${JSON.stringify(value).replaceAll('"', '')}\``
      : 'none';
  }

  it('has the table of settings, in the words of the settings themselves', () => {
    const rows = SETTINGS.map(
      ([name, description]) => `| \`${name}\` | ${defaultOf(name)} | ${description} |`,
    );
    expect(page).toContain(['| setting | default | |', '| --- | --- | --- |', ...rows, ''].join('\n'));
  });
});
