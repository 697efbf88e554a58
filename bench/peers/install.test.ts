import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LaneError } from '../lane.ts';
import { chooseNode } from './install.ts';

async function script(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'typing-relay-node-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'node');
  await writeFile(file, text, { mode: 0o755 });
  return file;
}

const own = (version: string) => ({ file: '/usr/bin/node', version });

describe("the Node.js that stands for Lambda's", () => {
  it('is the one that npm has, where that runs', async () => {
    const file = await script('#!/bin/sh\necho v24.21.0\n');
    expect(await chooseNode(file, own('v20.20.2'))).toEqual({ file, version: 'v24.21.0' });
  });

  it.each(['v22.15.0', 'v22.22.1', 'v23.5.0', 'v23.11.0', 'v24.0.0', 'v26.1.0'])(
    'is %s, which runs the benchmark, where npm has none',
    async (version) => {
      expect(await chooseNode('/no/such/node', own(version))).toEqual(own(version));
    },
  );

  it("is this one, too, where npm's is for another machine", async () => {
    const file = await script('no program');
    expect(await chooseNode(file, own('v24.3.0'))).toEqual(own('v24.3.0'));
  });

  it.each(['v18.20.8', 'v20.20.2', 'v22.14.0', 'v23.4.0'])(
    'is never %s: what to do is said',
    async (version) => {
      const choosing = chooseNode('/no/such/node', own(version));
      await expect(choosing).rejects.toThrow(LaneError);
      await expect(choosing).rejects.toThrow(/start the benchmark with Node\.js 24 \(22\.15 is the oldest/);
    },
  );
});
