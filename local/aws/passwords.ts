import { randomInt } from 'node:crypto';
import * as z from 'zod';
import type { SecretRule } from '../template/model.ts';

/** docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Makes a secret's value: the password, or the template's JSON with the password under its key. */
export function makeSecretString(rule: SecretRule): string {
  const password = makePassword(rule);
  if (rule.template === undefined) return password;
  const fields = z.record(z.string(), z.unknown()).parse(JSON.parse(rule.template.json));
  return JSON.stringify({ ...fields, [rule.template.key]: password });
}

function makePassword(rule: SecretRule): string {
  const types = characterTypes(rule);
  const all = types.join('');
  if (all === '') throw new Error('A secret excludes every character');
  const required = rule.requireEachIncludedType ? types.map(pick) : [];
  const rest = Array.from({ length: Math.max(0, rule.passwordLength - required.length) }, () => pick(all));
  return shuffled([...required, ...rest])
    .slice(0, rule.passwordLength)
    .join('');
}

function characterTypes(rule: SecretRule): string[] {
  const types = [
    rule.excludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    rule.excludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    rule.excludeNumbers ? '' : '0123456789',
    rule.excludePunctuation ? '' : PUNCTUATION,
    rule.includeSpace ? ' ' : '',
  ];
  return types
    .map((type) => type.replaceAll(/./g, (one) => (rule.excludeCharacters.includes(one) ? '' : one)))
    .filter((type) => type !== '');
}

function pick(characters: string): string {
  return characters.charAt(randomInt(characters.length));
}

function shuffled(items: readonly string[]): string[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(randomInt(rest.length), 1));
}
