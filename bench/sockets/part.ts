import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAll } from '../../local/closers.ts';
import { type Bench, definePart } from '../measure/part.ts';
import { bundleChild } from './bundle.ts';
import { measureCalls, type World } from './calls.ts';
import { makeCertificate } from '../measure/certificate.ts';
import { startFarSide, type TlsVersion } from './far-side.ts';
import { type Figures, figures } from './figures.ts';
import { startMeasured } from './process.ts';
import { startProxy } from './proxy.ts';
import { section } from './section.ts';
import { measureThaws } from './thaw.ts';

/** Half of the 40 ms between a region and another part of its continent; less where no time is judged. */
const ONE_WAY_MS = 20;
const QUICK_ONE_WAY_MS = 5;

type Running = World & { close: () => Promise<void> };

/** Far sides, the ways to them, and the processes that are measured. */
async function startWorld(bench: Bench, folder: string): Promise<Running> {
  const oneWayMs = bench.quick ? QUICK_ONE_WAY_MS : ONE_WAY_MS;
  const [certificate, files] = await Promise.all([makeCertificate(folder), bundleChild(folder)]);
  const { signal } = bench;
  return startAll(async (add) => {
    const reach = async (version: TlsVersion): Promise<World['far'][TlsVersion]> => {
      const side = add(await startFarSide(certificate, version));
      return { side, proxy: add(await startProxy(side.port, oneWayMs)) };
    };
    const measured = (file: string): World['processes']['ours'] =>
      add(startMeasured({ node: bench.node.file, file, ca: certificate.file, signal }));
    return {
      far: { 'TLSv1.3': await reach('TLSv1.3'), 'TLSv1.2': await reach('TLSv1.2') },
      processes: { ours: measured(files.ours), forgetful: measured(files.forgetful) },
      roundTripMs: 2 * oneWayMs,
    };
  });
}

async function measure(bench: Bench): Promise<Figures> {
  if (process.platform === 'win32')
    throw new Error('A process cannot be frozen on Windows: use Linux or macOS.');
  const folder = await mkdtemp(join(tmpdir(), 'typing-relay-sockets-'));
  try {
    const world = await startWorld(bench, folder);
    try {
      bench.say('sockets: a frame on a kept socket, and on one of its own');
      const { counts: calls, ...ofCalls } = await measureCalls(world, bench);
      bench.say('sockets: freeze and thaw');
      const { side, proxy } = world.far['TLSv1.3'];
      const { roundTripMs, processes } = world;
      const { signal, say, node, rounds } = bench;
      const thawWorld = { process: processes.ours, side, proxy, signal, say };
      const { counts: thaws, ...ofThaws } = await measureThaws(thawWorld, rounds);
      return { roundTripMs, node: node.version, ...ofCalls, ...ofThaws, disturbed: { calls, thaws } };
    } finally {
      await world.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A socket that is kept from message to message, beside one for each message, and what a freeze does to it. */
export const sockets = definePart({
  name: 'sockets',
  title: 'The kept socket',
  figures,
  measure,
  section,
});
