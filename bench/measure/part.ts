import type { TopLevelSpec } from 'vega-lite';
import type * as z from 'zod';

/** What a part of the benchmark is given. */
export interface Bench {
  /** Assertions only: few rounds and small loads, and no time is judged. */
  quick: boolean;
  /** Of each comparison: nine or more, one or two when quick. */
  rounds: number;
  /** The Node.js that stands for Lambda's: its binary, and its version. */
  node: { file: string; version: string };
  /** Where the peers' packages are installed: the folder of their `node_modules`. */
  peers: string;
  /** Ends the run. */
  signal: AbortSignal;
  /** What goes on, a line for a person who waits. */
  say: (text: string) => void;
}

/** A goal that a part has, and whether this run met it. */
export interface Goal {
  what: string;
  /** Such as `≤ 0.45×`. */
  wanted: string;
  /** Such as `0.31× (0.29 to 0.35)`. */
  measured: string;
  isMet: boolean;
}

/** A part's place in docs/performance.md. */
export interface Section {
  /** Markdown below the heading: tables, pictures, and what each figure means for a user. */
  text: string;
  goals: readonly Goal[];
  /** By the name of the file in docs/performance/, without `.svg`; the text refers to them. */
  pictures: Readonly<Record<string, TopLevelSpec>>;
}

interface PartSpec<Figures> {
  /** In `--only`, in results.json and on the page. */
  name: string;
  title: string;
  /** What results.json keeps of it. */
  figures: z.ZodType<Figures>;
  /** Measures. @throws Error when both sides of a comparison did not do the same work */
  measure: (bench: Bench) => Promise<Figures>;
  section: (figures: Figures) => Section;
}

/** One thing that is measured, whatever its figures are. */
export interface Part {
  name: string;
  title: string;
  measure: (bench: Bench) => Promise<unknown>;
  /** @throws ZodError when these are no figures of this part */
  section: (figures: unknown) => Section;
}

export const definePart = <Figures>({ section, ...spec }: PartSpec<Figures>): Part => ({
  name: spec.name,
  title: spec.title,
  // What is not of its figures, such as a path of this machine, is left out.
  measure: async (bench) => spec.figures.parse(await spec.measure(bench)),
  section: (figures) => section(spec.figures.parse(figures)),
});
