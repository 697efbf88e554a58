import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Colours of the pictures: ours stands out, the others are there to be compared. */
export const OURS_COLOUR = '#0b6bcb';
export const OTHERS_COLOUR = '#8c959f';
export const INK = '#1f2328';

const FONT = 'DejaVu Sans, Verdana, Helvetica, Arial, sans-serif';

/** One look for all pictures; legible at the width of a page on GitHub. */
const config = {
  background: 'white',
  padding: 12,
  font: FONT,
  title: {
    fontSize: 15,
    anchor: 'start',
    color: INK,
    offset: 12,
    subtitleFontSize: 12,
    subtitleColor: '#59636e',
  },
  axis: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelColor: INK,
    gridColor: '#e6e8eb',
    labelLimit: 260,
  },
  legend: { labelFontSize: 12, titleFontSize: 12, labelLimit: 300 },
  view: { stroke: null },
} satisfies TopLevelSpec['config'];

/** Draws a Vega-Lite specification. @returns SVG text, the same for the same specification */
export async function draw(spec: TopLevelSpec): Promise<string> {
  const compiled = compile({ ...spec, config: { ...config, ...spec.config } });
  return `${await new View(parse(compiled.spec), { renderer: 'none' }).toSVG()}\n`;
}
