import { describe, expect, it } from 'vitest';
import type { Report } from './examination.ts';
import { makeProgress } from './progress.ts';
import { makeSecrets } from './secrets.ts';
import { tableOf, wrap } from './table.ts';
import { targetOf } from './target.ts';
import type { Verdict } from './verdicts.ts';

const target = targetOf('mypurecloud.ie', undefined);

const verdict = (kind: string, own: Partial<Verdict> = {}): Verdict => ({
  kind,
  shows: 'guests',
  evidence: 'published',
  answer: 'unknown',
  why: 'because of several long reasons that do not fit into a line of a narrow terminal at all',
  reason: null,
  correlationId: null,
  check: null,
  notChecked: null,
  sent: null,
  mayStillShow: false,
  ...own,
});

const reportOf = (...upstreams: Verdict[]): Report => ({
  findings: [
    { check: 'host.api', state: 'ok', subject: 'api.mypurecloud.ie', says: 'Answers.' },
    {
      check: 'deployment',
      state: 'bad',
      subject: 'deployment',
      says: `${'word '.repeat(40)}${'x'.repeat(120)}`,
      correlationId: '0a000000-0000-4000-8000-000000000001',
    },
  ],
  upstreams,
  recommended: { guests: null, agents: null },
});
const report = reportOf(verdict('web-messaging'), verdict('typing-frame', { notChecked: 'the rest' }));

const ESCAPES = /\u001b\[\d*m/g;

describe('the table', () => {
  it.each([40, 60, 80, 132])('keeps to %i columns', (width) => {
    const lines = tableOf(target, report, { width, colours: true }).replace(ESCAPES, '').split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines.join('').replaceAll(/\s/g, '')).toContain('x'.repeat(120));
  });

  it('has its texts below the names where there is no room beside them', () => {
    const text = tableOf(target, report, { width: 40, colours: false });
    expect(text).toContain('\n    word word word word word word word\n');
  });

  it('has colours only where they are wanted', () => {
    expect(tableOf(target, report, { width: 80, colours: false })).not.toContain('\u001b');
    expect(tableOf(target, report, { width: 80, colours: true })).toContain('\u001b[31mwrong');
  });

  it('says each thing once, though four hosts may be one', () => {
    const [host] = report.findings;
    const findings = host ? [host, { ...host, check: 'host.login' as const }] : [];
    const text = tableOf(target, { ...report, findings }, { width: 80, colours: false });
    expect(text.match(/Answers\./g)).toHaveLength(1);
  });

  it.each([
    [[verdict('a', { answer: 'fails' })], { guests: null, agents: null }, 'None would work'],
    [[verdict('a')], { guests: null, agents: null }, 'None is known to work yet'],
    [
      [verdict('web-messaging', { answer: 'works' }), verdict('open-messaging', { answer: 'works' })],
      { guests: 'web-messaging', agents: null },
      'guests of web messaging.\nUse open-messaging for the typing of guests of open',
    ],
    [
      [verdict('typing-frame', { answer: 'works', evidence: 'claimed' })],
      { guests: 'typing-frame', agents: null },
      'claimed and not published',
    ],
    [
      [verdict('agent-communication', { answer: 'works', shows: 'agents' })],
      { guests: null, agents: 'agent-communication' },
      'Use agent-communication for the typing of agents',
    ],
  ])('ends with what to do', (upstreams, recommended, words) => {
    const text = tableOf(target, { ...reportOf(...upstreams), recommended }, { width: 80, colours: false });
    expect(text).toContain(words);
  });
});

describe('a text', () => {
  it.each([
    ['one two three', 7, ['one two', 'three']],
    ['  one two', 6, ['  one', '  two']],
    ['abcdefgh ij', 4, ['abcd', 'efgh', 'ij']],
    ['', 10, ['']],
  ])('%j is wrapped to %i columns', (text, columns, lines) => {
    expect(wrap(text, columns)).toEqual(lines);
  });
});

describe('progress', () => {
  const written = (isTTY: boolean): string => {
    const texts: string[] = [];
    const progress = makeProgress({ isTTY, write: (text) => texts.push(text) }, (text) => text);
    progress.tell('one');
    progress.end();
    return texts.join('');
  };

  it('is one line that goes again on a terminal, and a line in a file', () => {
    expect(written(true)).toBe('\r\u001b[2KLooking at one …\r\u001b[2K');
    expect(written(false)).toBe('Looking at one …\n');
  });
});

describe('secrets', () => {
  it('are hidden, written out or encoded, the longest first', () => {
    const { keep, hide } = makeSecrets();
    for (const text of ['secret', 'secret-and-more', 'with/slash', undefined, 'a']) keep(text);
    expect(hide('a secret, secret-and-more, with/slash and with%2Fslash')).toBe(
      'a [hidden], [hidden], [hidden] and [hidden]',
    );
  });
});
