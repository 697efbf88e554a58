import { describe, expect, it } from 'vitest';
import { figureOf } from '../measure/figures.ts';
import { draw } from '../simulate/picture.ts';
import { TLS_VERSIONS } from './far-side.ts';
import {
  CONTENDERS,
  type Contender,
  FAULTS,
  type Figures,
  IDLES,
  SIDES,
  type ThawFigures,
} from './figures.ts';
import { goalsOf } from './goals.ts';
import { sockets } from './part.ts';

const one = figureOf([1]);

/** A run in which every goal was met, but for what is asked for otherwise. */
function figuresWith({
  trips = {},
  lost = () => 0,
  ratio = 1,
}: {
  trips?: Partial<Record<Contender, number>>;
  lost?: (thaw: Pick<ThawFigures, 'idle' | 'fault' | 'side'>) => number;
  ratio?: number;
} = {}): Figures {
  const usual = { kept: 0, 'kept, idle': 1, checked: 0, reconnect: 4, forgetful: 5, sample: 5 };
  const endMs = { kept: 0.25, 'kept, idle': 42, checked: 0.2, reconnect: 170, forgetful: 170, sample: 170 };
  return {
    roundTripMs: 40,
    node: 'v24.0.0',
    calls: TLS_VERSIONS.flatMap((tls) =>
      CONTENDERS.map((contender) => ({
        contender,
        tls,
        arrivalMs: figureOf([21]),
        endMs: figureOf([endMs[contender]]),
        cpuMs: one,
        roundTrips: figureOf([trips[contender] ?? usual[contender]]),
        bytesUp: figureOf([113.7]),
        bytesDown: figureOf([25]),
      })),
    ),
    ratios: {
      sampleEnd: figureOf([0.002, 0.001, 0.004]),
      sampleArrival: figureOf([0.14]),
      sampleCpu: one,
      checkedArrival: figureOf([ratio]),
      checkedEnd: one,
      checkedCpu: one,
      resumedCpu: one,
    },
    thaws: IDLES.flatMap((idle) =>
      FAULTS.flatMap((fault) =>
        SIDES.map((side) => {
          const isLost = lost({ idle, fault, side });
          const of = { idle, fault, side, thaws: 9, sent: 27, lost: 9 * isLost, mostLost: isLost };
          return { ...of, opened: one, endMs: one, ...(isLost === 0 && { arrivalMs: figureOf([21]) }) };
        }),
      ),
    ),
    healthy: { short: one, long: one },
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
    ['a kept socket that waits', figuresWith({ trips: { kept: 1 } }), /1 \/ 4 \/ 5/],
    ['a longer way to the far side', figuresWith({ ratio: 1.3 }), /time to arrival: 1\.30×/],
    [
      'a frame that is lost on a close',
      figuresWith({ lost: ({ fault, side }) => (fault === 'fin' && side === 'kept' ? 1 : 0) }),
      /the far side closed: 18 of 162/,
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
    expect(goalsOf(figuresWith()).map(({ measured }) => measured)).toContain('500.00× (250.00 to 1000.00)');
  });
});

describe('the section', () => {
  it('has a row for every contender and every freeze, and names its picture', () => {
    const { text, pictures } = sockets.section(figuresWith());
    expect(text).toContain('| this relay: kept | 0 | 21.0 (21.0 to 21.0) | 0.250 (0.250 to 0.250) |');
    expect(text.match(/^\| (?:.* freeze|nothing|a close frame|TCP's|silence)/gm)).toHaveLength(11);
    expect(Object.keys(pictures).every((name) => text.includes(`performance/${name}.svg`))).toBe(true);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('says where the first frame never arrived', () => {
    const figures = figuresWith({
      lost: ({ fault, side }) => (fault === 'silent' && side === 'checked' ? 3 : 0),
    });
    expect(sockets.section(figures).text).toMatch(
      /\| silence: half open \| 1 s \| 0 of 27 .* 27 of 27 \| 3 \| .* some never \|/,
    );
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
