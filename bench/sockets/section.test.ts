import { describe, expect, it } from 'vitest';
import { figureOf } from '../measure/figures.ts';
import { draw } from '../simulate/picture.ts';
import { TLS_VERSIONS } from './far-side.ts';
import { CONTENDERS, type Contender, FAULTS, type Figures, SIDES, type ThawFigures } from './figures.ts';
import { goalsOf } from './goals.ts';
import { sockets } from './part.ts';

const one = figureOf([1]);

type Cell = Pick<ThawFigures, 'fault' | 'side'>;

/** A run in which every goal was met, but for what is asked for otherwise. */
function figuresWith({
  trips = {},
  lost = () => 0,
  repeats = () => 0,
  ratio = 1,
  sample = 0.002,
  longEnd = 0.05,
  longArrival = 0.08,
}: {
  trips?: Partial<Record<Contender, number>>;
  lost?: (thaw: Cell) => number;
  repeats?: (thaw: Cell) => number;
  /** A kept socket over the check of readyState, to arrival. */
  ratio?: number;
  /** A kept socket over the sample. */
  sample?: number;
  longEnd?: number;
  longArrival?: number;
} = {}): Figures {
  const ofKept = { kept: 0, 'kept, idle': 1 };
  const usual = { ...ofKept, checked: 0, reconnect: 4, forgetful: 5, sample: 5 };
  const ratios = {
    sampleEnd: figureOf([sample, sample / 2, sample * 2]),
    sampleArrival: figureOf([sample]),
    sampleCpu: one,
    checkedArrival: figureOf([ratio]),
    checkedEnd: figureOf([1.23]),
    checkedCpu: one,
  };
  return {
    roundTripMs: 40,
    node: 'v24.0.0',
    calls: TLS_VERSIONS.flatMap((tls) =>
      CONTENDERS.map((contender) => ({
        contender,
        tls,
        arrivalMs: figureOf([21]),
        endMs: figureOf([0.25]),
        cpuMs: one,
        roundTrips: figureOf([trips[contender] ?? usual[contender]]),
        bytesUp: figureOf([113.7]),
        bytesDown: figureOf([25]),
      })),
    ),
    ratios: {
      none: ratios,
      idle: { ...ratios, sampleEnd: figureOf([longEnd]), sampleArrival: figureOf([longArrival]) },
    },
    resumedCpu: one,
    thaws: FAULTS.flatMap((fault) =>
      SIDES.map((side) => {
        const isLost = lost({ fault, side });
        const lostOf = { lost: 9 * isLost, mostLost: isLost, repeats: repeats({ fault, side }) };
        const of = { fault, side, thaws: 9, sent: 27, ...lostOf };
        return { ...of, endMs: one, ...(isLost === 0 && { arrivalMs: figureOf([21]) }) };
      }),
    ),
    healthy: one,
    disturbed: { calls: { runs: 126, again: 3 }, thaws: { runs: 180, again: 2 } },
  };
}

const missed = (figures: Figures): string[] =>
  goalsOf(figures)
    .filter(({ isMet }) => !isMet)
    .map(({ what, measured }) => `${what}: ${measured}`);

describe('the goals', () => {
  it('are met by a run that meets them', () => {
    expect(missed(figuresWith())).toEqual([]);
  });

  it.each([
    ['a kept socket that waits', figuresWith({ trips: { kept: 1 } }), /frame after frame .*: 1 \/ 4$/m],
    ['a reconnect that waits for more', figuresWith({ trips: { reconnect: 5 } }), /TLS 1\.3.*: 0 \/ 5$/m],
    [
      "a call's end that is late",
      figuresWith({ sample: 0.1 }),
      /to the call's end, frame after frame: .*: 10\.0×/,
    ],
    [
      'a call that waits after a long gap',
      figuresWith({ longEnd: 0.25 }),
      /^kept socket over the sample, to the call's end, after 6 s: .*: 4\.00× \(4\.00 to 4\.00\)$/,
    ],
    [
      'a frame that arrives late after a long gap',
      figuresWith({ longArrival: 0.16 }),
      /^kept socket over the sample, to the frame's arrival, after 6 s: .*: 6\.25×/,
    ],
    [
      'a longer way to the far side',
      figuresWith({ ratio: 1.3 }),
      /time to arrival, frame after frame: 1\.30×.*time to arrival, after 6 s: 1\.30×/s,
    ],
    [
      'a frame that is lost on a close',
      figuresWith({ lost: ({ fault, side }) => (fault === 'fin' && side === 'kept' ? 1 : 0) }),
      /the far side closed: 9 of 81/,
    ],
    [
      'two frames that are lost in one thaw',
      figuresWith({ lost: ({ fault, side }) => (fault === 'silent' && side === 'kept' ? 2 : 0) }),
      /most in one thaw: 2/,
    ],
  ])('are missed by %s', (_, figures, words) => {
    expect(missed(figures).join('\n')).toMatch(words);
  });

  it('say how many times as fast, and not what share', () => {
    expect(goalsOf(figuresWith()).map(({ measured }) => measured)).toContain('500× (250 to 1,000)');
  });
});

describe('the section', () => {
  it('has a row for every contender and every freeze, and names its picture', () => {
    const { text, pictures } = sockets.section(figuresWith());
    for (const gap of ['frame after frame', 'after 6 s']) {
      expect(text).toContain(`| this relay: kept, ${gap} | `);
      expect(text).toMatch(new RegExp(`^\\| ${gap} \\| .*× .*\\| 1\\.23× `, 'm'));
    }
    expect(text).toContain('kept, after 6 s | 1 | 21.0 (21.0 to 21.0) | 0.250 (0.250 to 0.250) |');
    expect(text.match(/^\| (?:.* freeze|nothing|a close frame|TCP's|silence)/gm)).toHaveLength(6);
    expect(Object.keys(pictures).every((name) => text.includes(`performance/${name}.svg`))).toBe(true);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('says where the first frame never arrived', () => {
    const figures = figuresWith({
      lost: ({ fault, side }) => (fault === 'silent' && side === 'checked' ? 3 : 0),
    });
    expect(sockets.section(figures).text).toMatch(
      /\| silence: half open \| 0 of 27 .* 27 of 27 \| 3 \| some never \|/,
    );
  });

  it('says what each sort of socket lost, which frames came twice, and which runs were made again', () => {
    const { text } = sockets.section(
      figuresWith({
        lost: ({ fault, side }) => (fault === 'silent' && side === 'checked' ? 3 : 0),
        repeats: ({ fault, side }) => (fault === 'frame' && side === 'kept' ? 2 : 0),
      }),
    );
    expect(text).toContain('the relay lost 0 of 81, the bare check 0 of 81');
    expect(text).toContain('and lost 27 of 27');
    expect(text).toMatch(/\| a close frame \| 0 of 27 \| 0 \| 21\.0 \(21\.0 to 21\.0\) \| 2 \| 0 of 27/);
    expect(text).toContain('2 frames came twice');
    expect(text).toContain('3 runs were made again beside the 126 that count');
    expect(text).toContain('2 runs were made again beside the 180 that count');
  });

  it('has a picture that can be drawn', async () => {
    const [picture] = Object.values(sockets.section(figuresWith()).pictures);
    if (!picture) throw new Error('no picture');
    expect(await draw(picture)).toContain('How long a typing frame takes');
  });

  it('refuses what are no figures of its own', () => {
    expect(() => sockets.section({})).toThrow();
  });
});
