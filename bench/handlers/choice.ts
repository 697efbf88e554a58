import * as z from 'zod';
import { figure, figureOf } from '../measure/figures.ts';
import { takeTurns } from '../measure/turns.ts';
import { buildUsual, type Entry, FORMATS, type Format } from './builds.ts';
import type { Stage } from './contenders.ts';
import { makeWriter } from './events.ts';
import { loadOnce, STOPS } from './load.ts';
import { startSubject } from './subject.ts';
import { perform, type WarmLoad } from './warm.ts';

/** The HTTP clients that the usual stack may have. */
const CLIENTS = ['fetch', 'axios'] as const satisfies readonly Entry[];
type Client = (typeof CLIENTS)[number];

const variant = z.object({ client: z.enum(CLIENTS), format: z.enum(FORMATS) });
type Variant = z.infer<typeof variant>;

/** Which of the usual ways the usual stack goes: at each thing the one that is best at it, as it is measured. */
export const choiceFigures = z.object({
  /** Processor milliseconds of a warm REST message, by HTTP client. */
  warm: z.object({ fetch: figure, axios: figure }),
  /** Processor milliseconds of loading. */
  load: z.array(z.object({ ...variant.shape, cpu: figure })),
  /** What is held against the relay where messages are measured, and where loading is. */
  messages: variant,
  loading: variant,
});
export type ChoiceFigures = z.infer<typeof choiceFigures>;

export interface Choice {
  figures: ChoiceFigures;
  /** The bundles that were chosen: for messages, and for loading. */
  messages: string;
  loading: string;
  /** The SDK's clients alone. */
  sdk: string;
}

type Ground = Pick<Stage, 'bench' | 'far'>;

interface Built extends Variant {
  file: string;
}

/** What a warm message takes with either HTTP client. */
async function tryWarm(
  { bench, far }: Ground,
  fileOf: (client: Client) => string,
  load: WarmLoad,
): Promise<ChoiceFigures['warm']> {
  const writer = await makeWriter(far, 'open-messaging', load.guests);
  const start = (client: Client) => startSubject(bench, fileOf(client), far.ready.environment);
  const subjects = { fetch: start('fetch'), axios: start('axios') };
  const values: Record<Client, number[]> = { fetch: [], axios: [] };
  try {
    for (const client of CLIENTS) {
      await subjects[client].load();
      await subjects[client].run(writer.write('usual', load.warmUpTurns));
    }
    const contender = (client: Client) => async (): Promise<number> => {
      const { ran } = await perform({ far }, subjects[client], writer.write('usual', load.turns));
      const each = ran.cpuMs / ran.answers.length;
      values[client].push(each);
      return each;
    };
    await takeTurns({ fetch: contender('fetch'), axios: contender('axios') }, bench);
  } finally {
    await Promise.all(CLIENTS.map((client) => subjects[client].close()));
  }
  return { fetch: figureOf(values.fetch), axios: figureOf(values.axios) };
}

/** What loading takes, variant by variant; the least first. */
async function tryLoad({ bench, far }: Ground, built: readonly Built[]) {
  const values = new Map(built.map(({ file }): [string, number[]] => [file, []]));
  const contenders = Object.fromEntries(
    built.map(({ file }) => [
      file,
      async () => {
        const { cpuMs } = await loadOnce(bench, file, far.ready.environment, STOPS.usual);
        values.get(file)?.push(cpuMs);
        return cpuMs;
      },
    ]),
  );
  await takeTurns(contenders, bench);
  return built
    .map((one) => ({ ...one, cpu: figureOf(values.get(one.file) ?? []) }))
    .toSorted((one, other) => one.cpu.median - other.cpu.median);
}

const buildAll = (folder: string): Promise<Built[]> =>
  Promise.all(
    CLIENTS.flatMap((client) =>
      FORMATS.map(async (format) => ({ client, format, file: await buildUsual(client, format, folder) })),
    ),
  );

/**
 * Builds the usual stack in its variants, and takes of them for messages the client that is faster when warm, and for
 * loading whichever loads fastest.
 */
export async function chooseUsual(ground: Ground, folder: string, load: WarmLoad): Promise<Choice> {
  const built = await buildAll(folder);
  const inOrder = await tryLoad(ground, built);
  const first = (client: Client): Built => {
    const found = inOrder.find((one) => one.client === client);
    if (!found) throw new Error(`the usual stack was not built with ${client}`);
    return found;
  };
  const warm = await tryWarm(ground, (client) => first(client).file, load);
  const messages = first(warm.fetch.median <= warm.axios.median ? 'fetch' : 'axios');
  const [loading = messages] = inOrder;
  const sdk = await buildUsual('sdk', loading.format, folder);
  return {
    figures: { warm, load: inOrder, messages, loading },
    messages: messages.file,
    loading: loading.file,
    sdk,
  };
}

/** `axios, bundled as an ES module` */
export const wordsOf = ({ client, format }: { client: Client; format: Format }): string =>
  `${client}, bundled as ${format === 'cjs' ? 'CommonJS' : 'an ES module'}`;
