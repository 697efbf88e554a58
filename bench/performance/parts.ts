import { handlers } from '../handlers/part.ts';
import type { Part } from '../measure/part.ts';
import { project } from '../project/part.ts';
import { senders } from '../senders/part.ts';
import { sockets } from '../sockets/part.ts';
import { throughput } from '../throughput/part.ts';
import { traffic } from '../traffic/part.ts';

/** The parts of the benchmark, in the order of the page. */
export const PARTS: readonly Part[] = [handlers, traffic, sockets, senders, throughput, project];
