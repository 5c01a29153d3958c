/** Rows of a table as points of a plane, with groups. Long: run it in a worker. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { FitPorts } from '../estimators/estimator.ts';
import { fitPreparation, type Scaling } from '../estimators/preparation.ts';
import type { Table } from '../estimators/table.ts';
import { principalComponents } from '../linear/principal-components.ts';
import { kMeans } from '../neighbours/k-means.ts';
import { nearestOthers } from '../neighbours/nearest.ts';
import { buildNearestIndex } from '../neighbours/nearest-index.ts';
import { randomFor, shuffled } from '../random.ts';
import { completeParameters } from '../recipes.ts';
import { affinitiesOf } from './affinities.ts';
import { tSne } from './t-sne.ts';
import { trustworthiness } from './trustworthiness.ts';

export type MapMethod = 't-sne' | 'principal-components';

export interface MapInput {
  readonly table: Table;
  readonly method: MapMethod;
  readonly scaling: Scaling;
  /** How many neighbours count (t-SNE). */
  readonly perplexity: number;
  readonly iterations: number;
  /** Groups around centres (k-means); 0 for none. */
  readonly groups: number;
  readonly seed: number;
}

export interface MappedRows {
  /** x and y of each row in turn. */
  readonly points: Float64Array;
  /** 0 … groups-1 for each row; null where none were asked for. */
  readonly groups: Int32Array | null;
  readonly figures: Readonly<Record<string, number>>;
}

const angle = 0.5;
const fewestRows = 4;
/** Neighbours of the trustworthiness, as scikit-learn's default. */
const trustNeighbours = 5;
/** Work that the trustworthiness of a large table may take: rows x rows x columns. */
const trustWork = 5e8;

/**
 * @param onIteration told how many iterations are done
 * @throws NightsiftError `notEnoughData`
 */
export async function mapRows(task: MapInput, onIteration?: (done: number) => void): Promise<MappedRows> {
  const { table, scaling, seed, groups } = task;
  if (table.rows < fewestRows) {
    throw new NightsiftError('notEnoughData', `A map needs ${fewestRows} items; found ${table.rows}.`, {
      hint: 'Take a larger data set.',
    });
  }
  const prepared = fitPreparation(table, scaling).apply(table);
  const { points, figures } =
    task.method === 't-sne' ? await byTSne(task, prepared, onIteration) : await byComponents(task, prepared);
  const grouped = groups === 0 ? null : await groupsOf(prepared, groups, seed);
  const most = Math.max(1, Math.floor(trustWork / (table.rows * table.columns)));
  const asked = shuffled(table.rows, randomFor(seed, 'trust')).slice(0, most);
  return {
    points,
    groups: grouped?.members ?? null,
    figures: {
      ...figures,
      ...grouped?.figures,
      trustworthiness: trustworthiness(prepared, points, trustNeighbours, asked),
    },
  };
}

type Mapped = Pick<MappedRows, 'points' | 'figures'>;
type Prepared = ReturnType<ReturnType<typeof fitPreparation>['apply']>;

async function byTSne(
  task: MapInput,
  table: Prepared,
  onIteration: ((done: number) => void) | undefined,
): Promise<Mapped> {
  // as many neighbours as count for anything, and no more than half of the rows would allow
  const perplexity = Math.min(task.perplexity, (table.rows - 1) / 3);
  const count = Math.min(table.rows - 1, Math.ceil(3 * perplexity) + 1);
  const stop = new SharedArrayBuffer(4);
  const near = await nearestOthers(buildNearestIndex(table), count, { stop });
  const affinities = affinitiesOf(near, table.rows, perplexity);
  const points = tSne(affinities, { ...task, angle }, onIteration);
  return { points, figures: { perplexity } };
}

async function byComponents({ seed }: MapInput, table: Prepared): Promise<Mapped> {
  const ports: FitPorts = { seed };
  const parameters = completeParameters(principalComponents, { components: 2, scaling: 'none' });
  const fitted = await principalComponents.fit({ table }, parameters, ports);
  const found = fitted.predict(table);
  const points = new Float64Array(2 * table.rows);
  for (let row = 0; row < table.rows; row++) {
    for (let axis = 0; axis < fitted.width; axis++)
      points[2 * row + axis] = found[row * fitted.width + axis]!;
  }
  return { points, figures: { ...fitted.figures } };
}

async function groupsOf(table: Prepared, groups: number, seed: number) {
  const fitted = await kMeans.fit({ table }, completeParameters(kMeans, { groups, scaling: 'none' }), {
    seed,
  });
  const distances = fitted.predict(table);
  const members = Int32Array.from({ length: table.rows }, (_, row) => {
    const own = distances.subarray(row * fitted.width, (row + 1) * fitted.width);
    return own.indexOf(own.reduce((least, each) => Math.min(least, each)));
  });
  return { members, figures: { inertia: fitted.figures.inertia! } };
}
