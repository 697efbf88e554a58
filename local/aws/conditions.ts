import parser from 'dynalite/db/conditionParser.js';

type Parse = typeof parser.parse;
type Context = Parameters<Parse>[1]['context'];

/** A condition that was understood, with stand-ins for its values. */
interface Known {
  readonly tree: object;
  /** The name of the value that each stand-in is for. */
  readonly values: ReadonlyMap<unknown, string>;
  readonly usedNames: readonly string[];
  readonly usedValues: readonly string[];
}

/** What these check depends on a value itself and not only on its type. */
const LOOKS_AT_VALUES = /\b(?:between|attribute_type)\b/i;

/** Only so many are remembered, so that conditions that a program makes up do not fill the memory. */
const MOST = 1_000;

/**
 * Makes a parser that understands each condition once: dynalite's own goes through nested parentheses again and again,
 * some 10 ms for the relay's, which would be most of the work of a local run. Values are put in anew at each call.
 */
export function rememberConditions(parse: Parse): Parse {
  const known = new Map<string, Known>();
  return (text, { context }) => {
    if (LOOKS_AT_VALUES.test(text)) return parse(text, { context });
    const { attrNames = {}, attrVals = {} } = context;
    const types = Object.entries(attrVals).map(([name, value]) => [name, ...Object.keys(value)]);
    const key = JSON.stringify([text, attrNames, types]);
    const found = known.get(key) ?? learn(parse, text, context);
    // What is wrong is said by the parser itself.
    if (found === undefined) return parse(text, { context });
    if (known.size < MOST) known.set(key, found);
    return recall(found, context);
  };
}

/** A tree that holds stand-ins in place of the values; undefined where the condition is wrong. */
function learn(parse: Parse, text: string, context: Context): Known | undefined {
  const { attrNames = {}, attrVals = {} } = context;
  const standIns = Object.entries(attrVals).map(([name, value]) => [name, { ...value }] as const);
  const unusedAttrNames = unused(attrNames);
  const unusedAttrVals = unused(attrVals);
  const tree = parse(text, {
    context: { ...context, attrVals: Object.fromEntries(standIns), unusedAttrNames, unusedAttrVals },
  });
  if (typeof tree === 'string') return undefined;
  return {
    tree,
    values: new Map(standIns.map(([name, standIn]) => [standIn, name])),
    usedNames: Object.keys(attrNames).filter((name) => !(name in unusedAttrNames)),
    usedValues: Object.keys(attrVals).filter((name) => !(name in unusedAttrVals)),
  };
}

const unused = (all: object): Record<string, true> =>
  Object.fromEntries(Object.keys(all).map((name) => [name, true]));

function recall({ tree, values, usedNames, usedValues }: Known, context: Context): object {
  const { attrVals = {}, unusedAttrNames = {}, unusedAttrVals = {} } = context;
  for (const name of usedNames) Reflect.deleteProperty(unusedAttrNames, name);
  for (const name of usedValues) Reflect.deleteProperty(unusedAttrVals, name);
  const fill = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    const name = values.get(node);
    if (name !== undefined) return attrVals[name];
    if (Array.isArray(node)) return node.map(fill);
    return Object.fromEntries(Object.entries(node).map(([property, child]) => [property, fill(child)]));
  };
  return { ...tree, expression: fill('expression' in tree ? tree.expression : undefined) };
}

/** Puts the parser in the place of dynalite's, for all of this process. */
export function patchDynalite(): void {
  parser.parse = rememberConditions(parser.parse);
}
