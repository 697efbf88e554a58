import { describe, expect, it } from 'vitest';
import { makeApiBudget } from './api-budget.ts';

const headers = (count: unknown, allowed: unknown = 300, reset: unknown = 30) => ({
  'inin-ratelimit-count': String(count),
  'inin-ratelimit-allowed': String(allowed),
  'inin-ratelimit-reset': String(reset),
});

function watched() {
  const clock = { now: 1_000 };
  const budget = makeApiBudget(() => clock.now);
  budget.use('token');
  return { clock, budget };
}

describe('the budget of a token', () => {
  it.each([
    [0, 300, 'plenty'],
    [239, 300, 'plenty'],
    [240, 300, 'short'],
    [284, 300, 'short'],
    [285, 300, 'spent'],
    [301, 300, 'spent'],
    [143, 180, 'plenty'],
    [144, 180, 'short'],
    [171, 180, 'spent'],
  ])('after %d of %d requests is %s until it begins anew', (count, allowed, level) => {
    const { budget, clock } = watched();
    budget.note('token', headers(count, allowed));
    expect(budget.read()).toEqual({ level, resetsInMs: level === 'plenty' ? 0 : 30_000 });
    clock.now += 29_999;
    expect(budget.read().level).toBe(level);
    clock.now += 1;
    expect(budget.read()).toEqual({ level: 'plenty', resetsInMs: 0 });
  });

  it('is plenty as long as nobody says anything else', () => {
    const { budget } = watched();
    budget.note('token', { 'content-type': 'application/json' });
    expect(budget.read().level).toBe('plenty');
  });

  it.each([
    { ...headers(299), 'inin-ratelimit-allowed': undefined },
    headers('many'),
    headers(-1),
    headers(299.5),
    headers('0x12b'),
    headers('', ''),
    headers(299, 0),
    headers('299, 299'),
    headers(299, 300, 'soon'),
    headers(299, 300, 86_400),
    headers(299, 300, -5),
  ])('is not changed by headers that make no sense: %j', (wrong) => {
    const { budget } = watched();
    budget.note('token', headers(250));
    budget.note('token', wrong);
    expect(budget.read().level).toBe('short');
  });

  it("is its own: a new one begins with plenty, and an old one's answers no longer count", () => {
    const { budget } = watched();
    budget.note('token', headers(299));
    budget.use('token');
    expect(budget.read().level).toBe('spent');
    budget.use('new token');
    expect(budget.read().level).toBe('plenty');
    budget.note('token', headers(299));
    expect(budget.read().level).toBe('plenty');
  });
});
