/** Rows prepared, their nearest others found, and densities for each number of neighbours. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { FitPorts } from '../estimators/estimator.ts';
import type { ModelParts } from '../estimators/model-parts.ts';
import { followSignal, obeySignal } from '../estimators/parallel.ts';
import { fitPreparation, type PreparedTable, type Scaling } from '../estimators/preparation.ts';
import { checkTable, pickRows, type Table } from '../estimators/table.ts';
import { type Densities, densitiesOf, factorsOfFound } from './densities.ts';
import { nearestOf, nearestOthers } from './nearest.ts';
import { buildNearestIndex } from './nearest-index.ts';

export interface SurroundingsOptions {
  /** Numbers of neighbours, rising. */
  readonly counts: readonly number[];
  readonly scaling: Scaling;
  /** Equal rows count once. */
  readonly distinct: boolean;
  /** Prepared values grow with a logarithm beyond this; straight where left out. */
  readonly bendBeyond?: number | undefined;
}

export interface Surroundings {
  /** Prepared; each row once where asked for. */
  readonly table: PreparedTable;
  /** One for each number of neighbours. */
  readonly densities: readonly Densities[];
  prepare(parts: ModelParts, input: string): string;
  /** Of new rows, for each number of neighbours. */
  factors(rows: Table): Float64Array[];
  /** Figures of the rows of `table` as figures of the rows that were given. */
  ofTraining(values: Float64Array): Float64Array;
}

export async function fitSurroundings(
  given: Table,
  { counts, scaling, distinct, bendBeyond }: SurroundingsOptions,
  ports: FitPorts,
): Promise<Surroundings> {
  checkTable(given);
  obeySignal(ports.signal);
  const preparation = fitPreparation(given, scaling, bendBeyond);
  const whole = preparation.apply(given);
  const kept = distinct ? distinctRows(whole) : undefined;
  const table = kept ? (pickRows(whole, kept.rows) as PreparedTable) : whole;
  if (table.rows < 2) {
    throw new NightsiftError('notEnoughData', `Neighbours need 2 different rows; found ${table.rows}.`, {
      hint: 'Give it more rows.',
    });
  }
  const possible = counts.map((count) => Math.min(count, table.rows - 1));
  const most = Math.max(...possible);
  const index = buildNearestIndex(table);
  const flag = followSignal(ports.signal);
  const near = await nearestOthers(index, most, {
    stop: flag.stop,
    parallel: ports.parallel,
    onShare: (share) => ports.onProgress?.(share, {}),
  }).finally(flag.release);
  const densities = possible.map((count) => densitiesOf(near, table.rows, count));
  return {
    table,
    densities,
    prepare: (parts, input) => preparation.addTo(parts, input),
    factors(rows) {
      const asked = preparation.apply(rows);
      const found = nearestOf(index, most, asked);
      return densities.map((each) => factorsOfFound(found, asked.rows, each));
    },
    ofTraining: (values) => (kept ? Float64Array.from(kept.first, (place) => values[place]!) : values),
  };
}

interface DistinctRows {
  /** One row of each kind. */
  readonly rows: Int32Array;
  /** For each row of the table, the place of its kind in `rows`. */
  readonly first: Int32Array;
}

function distinctRows({ rows, columns, values }: PreparedTable): DistinctRows {
  const places = new Map<string, number>();
  const kept: number[] = [];
  const first = Int32Array.from({ length: rows }, (_, row) => {
    const key = values.subarray(row * columns, (row + 1) * columns).join();
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, kept.length);
    kept.push(row);
    return kept.length - 1;
  });
  return { rows: Int32Array.from(kept), first };
}
