import type { CellResult } from './cells.ts';
import type { Ours } from './ours.ts';
import {
  type Maker,
  makerOf,
  OURS,
  oursId,
  peerId,
  type PlannedCell,
  type Variant,
  variantId,
  variantPeerId,
} from './plan.ts';
import { type Policy, SYSTEMS } from './policies.ts';
import { REFERENCE, type Weather } from './weather.ts';

export type Counted = 'drafts' | 'keys' | 'frames' | 'calls';

/** A run's results, by what they are of. */
export interface Results {
  ours: (ours: Ours, weather?: Weather) => CellResult;
  peer: (policy: Policy, weather?: Weather) => CellResult;
  variant: (variant: Variant, ours: Ours) => CellResult;
  variantPeer: (variant: Variant, policy: Pick<Policy, 'name'>) => CellResult;
  all: readonly CellResult[];
  /** Over all cells, or those of one maker. */
  total: (key: Counted, maker?: Maker) => number;
}

/** @param cells of the run, @param all their results */
export function makeResults(cells: readonly PlannedCell[], all: readonly CellResult[]): Results {
  const byId = new Map(all.map((result) => [result.id, result]));
  const makers = new Map(cells.map((cell) => [cell.id, makerOf(cell)]));
  function get(id: string): CellResult {
    const found = byId.get(id);
    if (!found) throw new Error(`No result of ${id}`);
    return found;
  }
  return {
    ours: (ours, weather = REFERENCE) => get(oursId(weather, ours)),
    peer: (policy, weather = REFERENCE) => get(peerId(weather, policy)),
    variant: (variant, ours) => get(variantId(variant, ours)),
    variantPeer: (variant, policy) => get(variantPeerId(variant, policy)),
    all,
    total: (key, maker) =>
      all
        .filter(({ id }) => maker === undefined || makers.get(id) === maker)
        .reduce((sum, { counts }) => sum + counts[key], 0),
  };
}

/** One row of the tables and pictures: ours, or one of the systems. */
export interface Row {
  name: string;
  isOurs: boolean;
  result: CellResult;
}

export const rowsOf = (results: Results, weather: Weather = REFERENCE): Row[] => [
  ...OURS.map((ours) => ({ name: ours.name, isOurs: true, result: results.ours(ours, weather) })),
  ...SYSTEMS.map((policy) => ({ name: policy.name, isOurs: false, result: results.peer(policy, weather) })),
];
