import { describe, expect, it } from 'vitest';
import { makeSelector } from './routes.ts';

describe('a route selection expression', () => {
  it.each([
    ['$request.body.type', '{"type":"typing"}', 'typing'],
    ['${request.body.type}', '{"type":"typing"}', 'typing'],
    ['$request.body.a.b', '{"a":{"b":"deep"}}', 'deep'],
    ['$request.body.a.b', '{"a":"flat"}', undefined],
    ['$request.body.type', '{"type":1}', '1'],
    ['$request.body.type', '{"type":true}', 'true'],
    ['$request.body.type', '{"type":["a","b"]}', '[a, b]'],
    ['$request.body.type', '{"type":{"a":1}}', '{a=1}'],
    ['$request.body.type', '{"type":[[{"a":[1]}]]}', '[[{a=[1]}]]'],
    ['$request.body.type', '{"type":null}', undefined],
    ['$request.body.type', '{}', undefined],
    ['$request.body.type', 'not json', undefined],
    ['$request.body.type', '["type"]', undefined],
    ['$request.body.toString', '{}', undefined],
  ])('%s of %s gives %j', (expression, body, value) => {
    expect(makeSelector(expression)?.(body)).toBe(value);
  });

  it.each([
    ['lists', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ])('of 10,000 %s in each other gives nothing', (_what, value) => {
    expect(makeSelector('$request.body.type')?.(`{"type":${value}}`)).toBeUndefined();
  });

  it.each(['$request.header.x', '$context.routeKey', '$default'])('%s is not known', (expression) => {
    expect(makeSelector(expression)).toBeUndefined();
  });
});
