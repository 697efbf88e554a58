import conditionParser from 'dynalite/db/conditionParser.js';
import updateParser from 'dynalite/db/updateParser.js';

type Parse = typeof conditionParser.parse;
type Context = Parameters<Parse>[1]['context'];

/** An expression that was understood, with stand-ins for its values. */
interface Known {
  readonly tree: object;
  /** The name of the value that each stand-in is for. */
  readonly values: ReadonlyMap<unknown, string>;
  /** What has a stand-in somewhere below it; the rest is the same at each call. */
  readonly holders: ReadonlySet<unknown>;
  readonly usedNames: readonly string[];
  readonly usedValues: readonly string[];
}

/** What these check depends on a value itself and not only on its type. */
const LOOKS_AT_VALUES = /\b(?:between|attribute_type)\b/i;

/** Only so many are remembered, so that expressions that a program makes up do not fill the memory. */
const MOST = 1_000;

/**
 * Makes a parser that understands each condition once: dynalite's own goes through nested parentheses again and again,
 * some 10 ms for the relay's, which would be most of the work of a local run. Values are put in anew at each call.
 */
export const rememberConditions = (parse: Parse): Parse =>
  remember(parse, (tree, fill) => ({ expression: fill('expression' in tree ? tree.expression : undefined) }));

/** The same for update expressions, whose sections dynalite writes into. */
export const rememberUpdates = (parse: Parse): Parse =>
  remember(parse, (tree, fill) => {
    const sections: unknown = fill('sections' in tree ? tree.sections : undefined);
    return { sections: Array.isArray(sections) ? sections.map(copied) : sections };
  });

const copied = (one: unknown): unknown => (typeof one === 'object' ? { ...one } : one);

type Fill = (node: unknown) => unknown;

/** @param filled the parts of the tree that are made anew at each call, their values by `fill` */
function remember(parse: Parse, filled: (tree: object, fill: Fill) => object): Parse {
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
    noteUsed(found, context);
    return { ...found.tree, ...filled(found.tree, makeFill(found, attrVals)) };
  };
}

/** A tree that holds stand-ins in place of the values; undefined where the expression is wrong. */
function learn(parse: Parse, text: string, context: Context): Known | undefined {
  const { attrNames = {}, attrVals = {} } = context;
  const standIns = Object.entries(attrVals).map(([name, value]) => [name, { ...value }] as const);
  const unusedAttrNames = unused(attrNames);
  const unusedAttrVals = unused(attrVals);
  const tree = parse(text, {
    context: { ...context, attrVals: Object.fromEntries(standIns), unusedAttrNames, unusedAttrVals },
  });
  if (typeof tree === 'string') return undefined;
  const values = new Map<unknown, string>(standIns.map(([name, standIn]) => [standIn, name]));
  return {
    tree,
    values,
    holders: holdersIn(tree, values),
    usedNames: Object.keys(attrNames).filter((name) => !(name in unusedAttrNames)),
    usedValues: Object.keys(attrVals).filter((name) => !(name in unusedAttrVals)),
  };
}

const unused = (all: object): Record<string, true> =>
  Object.fromEntries(Object.keys(all).map((name) => [name, true]));

function holdersIn(tree: object, values: Known['values']): Set<unknown> {
  const holders = new Set<unknown>();
  const look = (node: unknown): boolean => {
    if (typeof node !== 'object' || node === null) return false;
    // All children are looked at, also those after the first that holds one.
    const holds = values.has(node) || Object.values(node).filter(look).length > 0;
    if (holds) holders.add(node);
    return holds;
  };
  look(tree);
  return holders;
}

function noteUsed({ usedNames, usedValues }: Known, context: Context): void {
  const { unusedAttrNames = {}, unusedAttrVals = {} } = context;
  for (const name of usedNames) Reflect.deleteProperty(unusedAttrNames, name);
  for (const name of usedValues) Reflect.deleteProperty(unusedAttrVals, name);
}

/** Makes what copies a part of the tree with the values of this call; what holds none is shared. */
function makeFill({ values, holders }: Known, attrVals: Readonly<Record<string, object>>): Fill {
  const fill = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null || !holders.has(node)) return node;
    const name = values.get(node);
    if (name !== undefined) return attrVals[name];
    if (Array.isArray(node)) return node.map(fill);
    const copy: Record<string, unknown> = {};
    for (const [property, child] of Object.entries(node)) copy[property] = fill(child);
    return copy;
  };
  return fill;
}

/** Puts the parsers in the place of dynalite's, for all of this process. */
export function patchDynalite(): void {
  conditionParser.parse = rememberConditions(conditionParser.parse);
  updateParser.parse = rememberUpdates(updateParser.parse);
}
