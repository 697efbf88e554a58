import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

/** The package as those get it who install it: packed from a checkout, into a project that knows nothing else. */

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const README = 'node_modules/typing-relay-client/README.md';
const DIST = 'node_modules/typing-relay-client/dist';

let folder: string;
const inApp = (path: string): string => join(folder, 'app', path);

/** What npm hands down to its scripts would be settings of the npm that a script starts. */
const environment = () => {
  const entries = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'));
  return { ...Object.fromEntries(entries), npm_config_cache: join(folder, 'cache') };
};

/** Runs a program. @returns what it said; its exit status is part of that where it failed */
function run(cwd: string, program: string, ...args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env: environment() }, (error, out, err) => {
      resolve(error ? `${out}${err}\nfailed: ${error.message}` : out);
    });
  });
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'typing-relay-package-')));
  const checkout = join(folder, 'checkout');
  await cp(join(ROOT, 'client'), join(checkout, 'client'), { recursive: true });
  await cp(join(ROOT, 'tsconfig.json'), join(checkout, 'tsconfig.json'));
  await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
  // Left by an older build, it must be in no package.
  await mkdir(join(checkout, 'client/dist'), { recursive: true });
  await writeFile(join(checkout, 'client/dist/older.d.ts'), 'export {};');
  await mkdir(inApp(''));
  await writeFile(inApp('package.json'), '{"name":"app","private":true,"type":"module"}');
  const packed = await run(join(checkout, 'client'), 'npm', 'pack', '--pack-destination', folder);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(packed);
  const flags = ['--offline', '--no-audit', '--no-fund'];
  const installed = await run(inApp(''), 'npm', 'install', ...flags, join(folder, tarball));
  if (installed.includes('failed: ')) throw new Error(installed);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The blocks of code that the installed README shows in a language. */
async function blocks(language: string): Promise<string[]> {
  const readme = await readFile(inApp(README), 'utf8');
  return [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , code = '']) => code);
}

it('holds the builds, their types, README and licence, and nothing else', async () => {
  const entries = await readdir(inApp('node_modules'), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const packed = files.filter((file) => !file.endsWith('.package-lock.json'));
  const types = ['constants', 'deadline', 'keep-alive', 'receiver', 'sender', 'shapes', 'typing-relay'];
  expect(packed.map((file) => file.slice(inApp('node_modules/typing-relay-client/').length)).sort()).toEqual(
    [
      'LICENSE',
      'README.md',
      'package.json',
      'dist/typing-relay.js',
      'dist/typing-relay.global.js',
      ...types.map((name) => `dist/${name}.d.ts`),
    ].sort(),
  );
});

it('has types that find each other with compilers that know no .ts in an import', async () => {
  const names = (await readdir(inApp(DIST))).filter((name) => name.endsWith('.d.ts'));
  const texts = await Promise.all(names.map((name) => readFile(inApp(`${DIST}/${name}`), 'utf8')));
  const imported = texts.flatMap((text) => [...text.matchAll(/(?:from|import) ?\(?'([^']+)'/g)]);
  expect(imported.length).toBeGreaterThan(5);
  expect(imported.map(([, path = '']) => path).filter((path) => !path.endsWith('.js'))).toEqual([]);
});

it('depends on nothing and has no step that runs when it is installed', async () => {
  const text = await readFile(inApp('node_modules/typing-relay-client/package.json'), 'utf8');
  const manifest = z.looseObject({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(text));
  expect(Object.keys(manifest).filter((key) => /dependencies/i.test(key))).toEqual([]);
  expect(Object.keys(manifest.scripts)).toEqual(['prepack']);
});

it("has the project's licence", async () => {
  const licence = await readFile(inApp('node_modules/typing-relay-client/LICENSE'), 'utf8');
  expect(licence).toBe(await readFile(join(ROOT, 'LICENSE'), 'utf8'));
});

describe.each([
  ['a bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ['Node.js', { module: 'nodenext' }],
])('for %s', (name, resolution) => {
  it('the types serve a strict project, and refuse wrong use', async () => {
    const wrong = [
      "import { keepAlive, typingReceiver, typingSender } from 'typing-relay-client';",
      '// @ts-expect-error: only what is exported can be imported',
      "import { CLIENT_GAP_MS } from 'typing-relay-client';",
      '// @ts-expect-error: files of the package are no entries of it',
      "import 'typing-relay-client/dist/sender.js';",
      "const socket = new WebSocket('wss://example.com');",
      '// @ts-expect-error: a div has no value',
      "typingSender(socket, document.createElement('div'));",
      "typingSender(socket, document.createElement('div'), { text: () => 'a' }).sent();",
      '// @ts-expect-error: a field, not its selector',
      "typingSender(socket, 'textarea');",
      '// @ts-expect-error: show is told true and false',
      'typingReceiver(socket, (text: string) => text);',
      '// @ts-expect-error: milliseconds are a number',
      "keepAlive(socket, '5 minutes');",
    ];
    const directory = inApp(name);
    await mkdir(directory);
    await writeFile(join(directory, 'right.ts'), (await blocks('ts')).join('\n'));
    await writeFile(join(directory, 'wrong.ts'), wrong.join('\n'));
    const options = { strict: true, noEmit: true, target: 'es2022', lib: ['es2022', 'dom'], types: [] };
    const compilerOptions = { ...options, ...resolution, skipLibCheck: false };
    await writeFile(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    expect(await run(directory, join(ROOT, 'node_modules/.bin/tsc'), '-p', '.')).toBe('');
  });
});

/** A page in few lines: what goes over the socket, and what is shown, in turn. */
const USE = `
const said = [];
const socket = Object.assign(new EventTarget(), { readyState: 1, send: (frame) => said.push(frame) });
const field = Object.assign(new EventTarget(), { value: '' });
keepAlive(socket).stop();
const typing = typingSender(() => socket, field);
const agent = typingReceiver(socket, (isTyping) => said.push(isTyping));
field.value = 'hello';
field.dispatchEvent(new Event('input'));
typing.sent();
socket.dispatchEvent(new MessageEvent('message', { data: '{"type":"typing","data":{"isTyping":true}}' }));
agent.message();
`;
const SAID = [
  '{"type":"typing","data":{"isTyping":true}}',
  '{"type":"typing","data":{"isTyping":false}}',
  true,
  false,
];

it('the module runs where it is installed', async () => {
  const names = "import { keepAlive, typingReceiver, typingSender } from 'typing-relay-client';";
  await writeFile(inApp('use.js'), `${names}\n${USE}\nconsole.log(JSON.stringify(said));`);
  expect(JSON.parse(await run(inApp(''), process.execPath, 'use.js'))).toEqual(SAID);
});

it('importing it does nothing, so that a server may', async () => {
  const before = 'const before = Object.keys(globalThis).length;';
  const after = 'console.log(Object.keys(globalThis).length - before);';
  const code = `${before} await import('typing-relay-client'); ${after}`;
  expect(await run(inApp(''), process.execPath, '--input-type=module', '-e', code)).toBe('0\n');
});

it('the script for a tag runs with the same names', async () => {
  const page = createContext({ EventTarget, Event, MessageEvent, performance, setTimeout, clearTimeout });
  Object.assign(page, { setInterval, clearInterval });
  runInContext(await readFile(inApp(`${DIST}/typing-relay.global.js`), 'utf8'), page);
  const names = 'const { keepAlive, typingReceiver, typingSender } = TypingRelay;';
  expect(JSON.parse(String(runInContext(`${names}\n${USE}\nJSON.stringify(said)`, page)))).toEqual(SAID);
});

describe('its README', () => {
  it('has code that parses, whatever the framework', async () => {
    const code = [...(await blocks('js')), ...(await blocks('jsx'))];
    expect(code.length).toBeGreaterThan(1);
    for (const block of code) await transform(block, { loader: 'jsx' });
  });

  it('links to nothing that the package does not hold', async () => {
    const links = [...(await readFile(inApp(README), 'utf8')).matchAll(/\]\(([^)]+)\)/g)];
    expect(links.map(([, target]) => target)).toEqual([]);
  });

  it.each(['typing-relay.js', 'typing-relay.global.js'])('says how large %s is', async (name) => {
    const { length } = await readFile(inApp(`${DIST}/${name}`));
    const row = (await readFile(inApp(README), 'utf8'))
      .split('\n')
      .find((line) => line.includes(`\`${name}\`,`));
    expect(row).toContain(`| ${(length / 1000).toFixed(1)} KB |`);
  });

  it('names the syntax that the builds keep to', async () => {
    const text = await readFile(inApp(`${DIST}/typing-relay.js`), 'utf8');
    const inSyntaxOf = async (target: string) => (await transform(text, { target })).code;
    expect(await inSyntaxOf('es2020')).toBe(await inSyntaxOf('esnext'));
  });
});
