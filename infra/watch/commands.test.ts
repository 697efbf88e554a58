import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readConfig, SETTINGS } from '../config.ts';

const ROOT = new URL('../../', import.meta.url);
const names = [
  'README.md',
  ...readdirSync(new URL('docs', ROOT))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const pages = names.map((name) => ({ name, text: readFileSync(new URL(name, ROOT), 'utf8') }));

/** What a page says before its first command that needs a `cdk.json` with settings. */
const KEPT = 'what is left out is taken away';

/** Each command that runs the stack's app, which a command with an app of its own does not. */
const commands = pages.flatMap(({ name, text }) =>
  [...text.matchAll(/npx cdk [a-z]+(?:[^`\n]*\\\n)*[^`\n]*/g)]
    .filter(([command]) => !command.includes('--app '))
    .map(({ 0: command, index }) => ({ name, command, told: text.slice(0, index).includes(KEPT) })),
);

describe('a command of the docs', () => {
  it('is found on each page that has some', () => {
    expect(new Set(commands.map(({ name }) => name))).toEqual(
      new Set(['README.md', 'docs/deployment.md', 'docs/operating.md']),
    );
  });

  it.each(commands)(
    'says the one needed setting, or stands after where it is kept: $command, $name',
    (one) => {
      expect(one.told || one.command.includes(' -c genesysDomain=')).toBe(true);
    },
  );

  it.each(commands)('gives settings that there are: $command, $name', ({ command }) => {
    const given = [...command.matchAll(/ -c (\w+)=/g)].map(([, name]) => name);
    const known = SETTINGS.map(([name]) => name);
    expect(given.filter((name) => !known.some((one) => one === name))).toEqual([]);
  });
});

describe('a cdk.json of the docs', () => {
  const context = z.object({ context: z.record(z.string(), z.unknown()) });
  const files = pages.flatMap(({ name, text }) =>
    [...text.matchAll(/```json\s+(\{\s+"context"[^]+?)```/g)].map(([, file = '']) => ({ name, file })),
  );

  it.each(files)('on $name has settings that are right', ({ file }) => {
    const genesysDomain = 'mypurecloud.de';
    const settings = context.parse(JSON.parse(file)).context;
    expect(readConfig({ genesysDomain, ...settings })).toMatchObject(settings);
  });

  it('keeps what an operator sets, on the page for operators', () => {
    const [file = ''] = files.flatMap((one) => (one.name === 'docs/operating.md' ? [one.file] : []));
    const kept = Object.keys(context.parse(JSON.parse(file)).context);
    expect(kept).toEqual(expect.arrayContaining(['genesysDomain', 'alarmEmail', 'logLevel']));
  });
});
