import type { Place, Scope } from './names.ts';
import { arn, getAtt, physicalName, ref, TemplateError, text } from './names.ts';

export interface Resolver {
  /** Replaces every intrinsic function in `value`. Throws a {@link TemplateError} on one it does not know. */
  readonly resolve: (value: unknown, place: Place) => unknown;
  /** What `Ref` gives: a table's name, a secret's ARN, the id of an API. */
  readonly ref: (logicalId: string) => string;
  readonly arn: (logicalId: string) => string;
  /** The resource's own name, else one made as CloudFormation makes it. */
  readonly physicalName: (logicalId: string) => string;
}

/** Makes the resolver of one template's intrinsic functions; names and ids are the same on every run. */
export function makeResolver(input: Omit<Scope, 'resolve'>): Resolver {
  const scope: Scope = { ...input, resolve: (value, place) => resolve(scope, value, place) };
  const self = (logicalId: string): Place => ({ resource: logicalId, property: 'Ref' });
  return {
    resolve: scope.resolve,
    ref: (logicalId) => ref(scope, logicalId, self(logicalId)),
    arn: (logicalId) => arn(scope, logicalId, self(logicalId)),
    physicalName: (logicalId) => physicalName(scope, logicalId, self(logicalId)),
  };
}

/** The intrinsic function that `value` is, if it is one: an object with this single key. */
export function intrinsicOf(value: unknown): { name: string; argument: unknown } | undefined {
  if (!isRecord(value)) return undefined;
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  return name === 'Ref' || name.startsWith('Fn::') ? { name, argument: value[name] } : undefined;
}

function resolve(scope: Scope, value: unknown, place: Place): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(scope, item, place));
  if (!isRecord(value)) return value;
  const intrinsic = intrinsicOf(value);
  if (intrinsic !== undefined) {
    const call = CALLS.get(intrinsic.name);
    if (call === undefined) throw new TemplateError(place, `${intrinsic.name} is not known here`);
    return call(scope, intrinsic.argument, place);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(scope, item, place)]));
}

type Call = (scope: Scope, argument: unknown, place: Place) => unknown;

/** docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html */
const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['Ref', (scope, argument, place) => ref(scope, text(argument, place), place)],
  [
    'Fn::GetAtt',
    (scope, argument, place) => {
      const [id, ...path] = typeof argument === 'string' ? argument.split('.') : list(scope, argument, place);
      return getAtt(scope, text(id, place), path.map((part) => text(part, place)).join('.'), place);
    },
  ],
  [
    'Fn::Join',
    (scope, argument, place) => {
      const [separator, parts] = list(scope, argument, place);
      return list(scope, parts, place)
        .map((part) => text(part, place))
        .join(text(separator, place));
    },
  ],
  [
    'Fn::Sub',
    (scope, argument, place) => {
      if (!Array.isArray(argument)) return substitute(scope, text(argument, place), {}, place);
      const parts: readonly unknown[] = argument;
      const [template, values] = parts;
      return substitute(scope, text(template, place), isRecord(values) ? values : {}, place);
    },
  ],
  [
    'Fn::Select',
    (scope, argument, place) => {
      const [index, parts] = list(scope, argument, place);
      const chosen = list(scope, parts, place)[Number(index)];
      if (chosen === undefined) throw new TemplateError(place, 'Fn::Select finds nothing at its index');
      return chosen;
    },
  ],
  [
    'Fn::Split',
    (scope, argument, place) => {
      const [separator, whole] = list(scope, argument, place);
      return text(whole, place).split(text(separator, place));
    },
  ],
]);

function substitute(scope: Scope, template: string, values: Record<string, unknown>, place: Place): string {
  return template.replaceAll(/\$\{(!?)([^}]*)\}/g, (_all, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    if (Object.hasOwn(values, name)) return text(resolve(scope, values[name], place), place);
    const dot = name.indexOf('.');
    if (dot === -1) return ref(scope, name, place);
    return getAtt(scope, name.slice(0, dot), name.slice(dot + 1), place);
  });
}

function list(scope: Scope, value: unknown, place: Place): unknown[] {
  const resolved = resolve(scope, value, place);
  if (!Array.isArray(resolved)) throw new TemplateError(place, 'a list is needed here');
  return resolved;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
