import parser from 'dynalite/db/conditionParser.js';
import updateParser from 'dynalite/db/updateParser.js';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { rememberConditions, rememberUpdates } from './conditions.ts';

const plain = parser.parse;

function contextOf(names: Record<string, string>, values: Record<string, object>) {
  const all = (of: object): Record<string, true> =>
    Object.fromEntries(Object.keys(of).map((name) => [name, true]));
  return {
    attrNames: names,
    attrVals: values,
    unusedAttrNames: all(names),
    unusedAttrVals: all(values),
    isReserved: (name: string) => name === 'at',
    compare: (_: string, x: { N: string }, y: { N: string }) => Number(x.N) > Number(y.N),
  };
}

/** What dynalite makes of a condition, and what it takes for unused. */
function understood(
  parse: typeof plain,
  text: string,
  names: Record<string, string>,
  values: Record<string, object>,
) {
  const context = contextOf(names, values);
  const tree: unknown = JSON.parse(JSON.stringify(parse(text, { context })));
  return { tree, unused: [Object.keys(context.unusedAttrNames), Object.keys(context.unusedAttrVals)] };
}

const NAMES = { '#at': 'at', '#other': 'other' };
const n = (value: number) => ({ N: String(value) });

describe('a condition that comes again', () => {
  it.each([
    'a = :a',
    '(attribute_not_exists(x) OR x < :a) AND (#at <= :b OR (y > :a AND NOT z = :c))',
    'a IN (:a, :b) OR size(b) > :a OR contains(c, :c) OR begins_with(d, :c)',
    'a BETWEEN :a AND :b',
    'attribute_type(a, :c)',
    'a = :missing',
    '((a = :a))',
    'at = :a',
    'not a condition',
  ])('means the same with other values: %s', (text) => {
    let asked = 0;
    const parse = rememberConditions((...args) => {
      asked += 1;
      return plain(...args);
    });
    const safely = (one: typeof plain, values: Record<string, object>): unknown => {
      try {
        return understood(one, text, NAMES, values);
      } catch (error) {
        return String(error);
      }
    };
    for (const values of [
      { ':a': n(1), ':b': n(2), ':c': { S: 'S' } },
      { ':a': n(7), ':b': n(5), ':c': { S: 'nothing' } },
      { ':a': n(7), ':b': n(9), ':c': { S: 'N' } },
      { ':a': { S: 'x' }, ':b': { S: 'y' }, ':c': n(1) },
    ])
      expect(safely(parse, values)).toEqual(safely(plain, values));
    expect(asked).toBeGreaterThan(0);
  });

  it('is not parsed again', () => {
    let asked = 0;
    const parse = rememberConditions((...args) => {
      asked += 1;
      return plain(...args);
    });
    for (const value of [1, 2, 3]) understood(parse, 'a = :a', {}, { ':a': n(value) });
    expect(asked).toBe(1);
  });

  it('is told from another that has the same words and other names', () => {
    const parse = rememberConditions(plain);
    understood(parse, '#a = :a', { '#a': 'one' }, { ':a': n(1) });
    expect(understood(parse, '#a = :a', { '#a': 'two' }, { ':a': n(1) })).toEqual(
      understood(plain, '#a = :a', { '#a': 'two' }, { ':a': n(1) }),
    );
  });

  it('keeps nothing of an earlier value that was used elsewhere in the request', () => {
    const parse = rememberConditions(plain);
    const context = contextOf({}, { ':a': n(1) });
    delete context.unusedAttrVals[':a'];
    parse('a = :a', { context });
    expect(understood(parse, 'a = :a', {}, { ':a': n(2) }).unused).toEqual([[], []]);
  });
});

describe('an update expression that comes again', () => {
  const plainUpdate = updateParser.parse;

  it.each([
    'SET a = :a, #at = if_not_exists(b, :b) REMOVE c, d.e',
    'SET a = a + :a, b = list_append(b, :list)',
    'ADD n :a DELETE tags :tags',
    'REMOVE a',
    'SET a = :a, a = :b',
    'SET a = :missing',
    'SET at = :a',
    'ADD n :s',
  ])('means the same with other values, and is parsed once: %s', (text) => {
    let asked = 0;
    const parse = rememberUpdates((...args) => {
      asked += 1;
      return plainUpdate(...args);
    });
    const isRight = typeof plainUpdate(text, { context: contextOf(NAMES, valuesOf(0)) }) !== 'string';
    for (const value of [1, 2, 3])
      expect(understood(parse, text, NAMES, valuesOf(value))).toEqual(
        understood(plainUpdate, text, NAMES, valuesOf(value)),
      );
    expect(asked).toBe(isRight ? 1 : 6);
  });

  const valuesOf = (value: number) => ({
    ':a': n(value),
    ':b': n(value + 1),
    ':s': { S: `text ${value}` },
    ':list': { L: [n(value)] },
    ':tags': { SS: [`tag ${value}`] },
  });

  it('has sections of its own each time, because dynalite writes into them', () => {
    const parse = rememberUpdates(plainUpdate);
    const Tree = z.object({ sections: z.array(z.unknown()) });
    const sectionsOf = (): unknown[] =>
      Tree.parse(parse('SET a = b REMOVE c', { context: contextOf({}, {}) })).sections;
    const [first] = sectionsOf();
    if (typeof first === 'object') Object.assign(first ?? {}, { val: { S: 'what dynalite found' } });
    expect(sectionsOf()).toEqual([
      expect.objectContaining({ type: 'set', val: ['b'] }),
      expect.objectContaining({ type: 'remove' }),
    ]);
  });
});
