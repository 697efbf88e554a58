/** Random numbers that are the same on every machine for the same seed. */
export interface Random {
  /** Uniform, at least 0 and below 1. */
  next: () => number;
  /** Standard normal. */
  normal: () => number;
  /** Exponential of this mean. */
  exponential: (mean: number) => number;
  /** Gamma of this shape (above 0) and scale; shapes add up, so that a delay can be split over its hops exactly. */
  gamma: (shape: number, scale: number) => number;
}

/** Spreads whole numbers over 32 bits (MurmurHash3's finaliser). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** @param seeds whole numbers: each list of them has a stream of its own (sfc32 of PractRand, by Chris Doty-Humphrey) */
export function makeRandom(...seeds: number[]): Random {
  let a = 0x9e3779b9;
  for (const seed of seeds) a = mix(a ^ mix(seed + 0x6d2b79f5));
  let b = mix(a + 1);
  let c = mix(a + 2);
  let counter = 1;

  function next(): number {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 4_294_967_296;
  }
  let spare = NaN;
  /** Marsaglia's polar method: two at a time. */
  function normal(): number {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = NaN;
      return value;
    }
    for (;;) {
      const u = 2 * next() - 1;
      const v = 2 * next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * factor;
        return u * factor;
      }
    }
  }
  const exponential = (mean: number): number => -mean * Math.log(1 - next());

  /** Marsaglia and Tsang (2000); a shape below 1 by way of the next one. */
  function gamma(shape: number, scale: number): number {
    if (shape < 1) return gamma(shape + 1, scale) * (1 - next()) ** (1 / shape);
    const d = shape - 1 / 3;
    const k = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + k * x) ** 3;
      if (v > 0 && Math.log(1 - next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v * scale;
    }
  }
  for (let warm = 0; warm < 12; warm++) next();
  return { next, normal, exponential, gamma };
}
