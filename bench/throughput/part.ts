import { definePart } from '../measure/part.ts';
import { throughputFigures } from './figures.ts';
import { measureThroughput } from './measure.ts';
import { sectionOf } from './section.ts';

/** The local run beside serverless-offline: relayed messages a second, and how long each takes. */
export const throughput = definePart({
  name: 'throughput',
  title: 'The local run beside serverless-offline',
  figures: throughputFigures,
  measure: measureThroughput,
  section: sectionOf,
});
