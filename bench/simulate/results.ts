import type { CellResult } from './cells.ts';
import type { Ours } from './ours.ts';
import { OURS, oursId, peerId, type Variant, variantId } from './plan.ts';
import { type Policy, SYSTEMS } from './policies.ts';
import { REFERENCE, type Weather } from './weather.ts';

/** A run's results, by what they are of. */
export interface Results {
  ours: (ours: Ours, weather?: Weather) => CellResult;
  peer: (policy: Policy, weather?: Weather) => CellResult;
  variant: (variant: Variant, ours: Ours) => CellResult;
  all: readonly CellResult[];
}

export function makeResults(all: readonly CellResult[]): Results {
  const byId = new Map(all.map((result) => [result.id, result]));
  function get(id: string): CellResult {
    const found = byId.get(id);
    if (!found) throw new Error(`No result of ${id}`);
    return found;
  }
  return {
    ours: (ours, weather = REFERENCE) => get(oursId(weather, ours)),
    peer: (policy, weather = REFERENCE) => get(peerId(weather, policy)),
    variant: (variant, ours) => get(variantId(variant, ours)),
    all,
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
