/** k-means: groups around centres, started far apart (k-means++, Arthur and Vassilvitskii 2007). */
import type { Estimator, FitInput, FitPorts, Fitted } from '../estimators/estimator.ts';
import { obeySignal } from '../estimators/parallel.ts';
import {
  fitPreparation,
  type PreparedTable,
  type Scaling,
  scalingParameter,
} from '../estimators/preparation.ts';
import { checkColumns, checkTable } from '../estimators/table.ts';
import { addSquaredDistances } from '../kernels/support-scores.ts';
import { type Random, randomFor } from '../random.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';

export const kMeans: Estimator = {
  name: 'k-means',
  description: 'groups around centres; answers are squared distances to them',
  task: 'grouping',
  parameters: [
    { name: 'groups', description: 'groups', kind: 'integer', default: 8, minimum: 1, maximum: 10_000 },
    {
      name: 'starts',
      description: 'starts from other centres, of which the best is kept',
      kind: 'integer',
      default: 4,
      minimum: 1,
      maximum: 1000,
    },
    {
      name: 'rounds',
      description: 'rounds at most',
      kind: 'integer',
      default: 100,
      minimum: 1,
      maximum: 100_000,
    },
    scalingParameter('standard'),
  ],
  fit: fitKMeans,
};

async function fitKMeans(input: FitInput, parameters: Parameters, ports: FitPorts): Promise<Fitted> {
  checkTable(input.table);
  const preparation = fitPreparation(input.table, parameters.scaling as Scaling);
  const table = preparation.apply(input.table);
  const { columns } = table;
  const groups = Math.min(numberOf(parameters, 'groups'), table.rows);
  let best: Grouping | undefined;
  for (let start = 0; start < numberOf(parameters, 'starts'); start++) {
    await new Promise((resolve) => setImmediate(resolve));
    const random = randomFor(ports.seed, 'k-means', start);
    const found = settle(table, firstCentres(table, groups, random), numberOf(parameters, 'rounds'), () =>
      obeySignal(ports.signal),
    );
    if (!best || found.inertia < best.inertia) best = found;
  }
  const centres: PreparedTable = { rows: groups, columns, values: best!.centres };
  return {
    columns,
    width: groups,
    inputType: 'float64',
    predict(rows) {
      checkColumns(rows, columns);
      const asked = preparation.apply(rows);
      return Float64Array.from({ length: rows.rows * groups }, (_, index) =>
        squaredDistance(asked, Math.floor(index / groups), centres.values, index % groups),
      );
    },
    addTo: (parts, name) => addSquaredDistances(parts, preparation.addTo(parts, name), centres),
    figures: { inertia: best!.inertia, rounds: best!.rounds },
  };
}

interface Grouping {
  readonly centres: Float64Array;
  /** Sum of squared distances to the nearest centre. */
  readonly inertia: number;
  readonly rounds: number;
}

function squaredDistance(
  { columns, values }: PreparedTable,
  row: number,
  centres: Float64Array,
  group: number,
): number {
  let sum = 0;
  for (let column = 0; column < columns; column++) {
    sum += (values[row * columns + column]! - centres[group * columns + column]!) ** 2;
  }
  return sum;
}

/** Each next centre is a row drawn by its squared distance from those there are. */
function firstCentres(table: PreparedTable, groups: number, random: Random): Float64Array {
  const { rows, columns, values } = table;
  const centres = new Float64Array(groups * columns);
  const nearest = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  let chosen = random.integer(rows);
  for (let group = 0; group < groups; group++) {
    centres.set(values.subarray(chosen * columns, (chosen + 1) * columns), group * columns);
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      nearest[row] = Math.min(nearest[row]!, squaredDistance(table, row, centres, group));
      sum += nearest[row]!;
    }
    let left = random.uniform() * sum;
    chosen = 0;
    while (chosen + 1 < rows && left >= nearest[chosen]!) left -= nearest[chosen++]!;
  }
  return centres;
}

function settle(table: PreparedTable, start: Float64Array, most: number, breathe: () => void): Grouping {
  const { rows, columns, values } = table;
  const groups = start.length / columns;
  let centres = start;
  const member = new Int32Array(rows).fill(-1);
  let inertia = 0;
  let rounds = 0;
  for (let moved = true; moved && rounds < most; rounds++) {
    breathe();
    moved = false;
    inertia = 0;
    const sums = new Float64Array(centres.length);
    const counts = new Int32Array(groups);
    for (let row = 0; row < rows; row++) {
      let best = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let group = 0; group < groups; group++) {
        const distance = squaredDistance(table, row, centres, group);
        if (distance < least) [best, least] = [group, distance];
      }
      inertia += least;
      if (member[row] !== best) moved = true;
      member[row] = best;
      counts[best]! += 1;
      for (let column = 0; column < columns; column++)
        sums[best * columns + column]! += values[row * columns + column]!;
    }
    // a centre without rows stays where it is
    centres = centres.map((value, index) => {
      const count = counts[Math.floor(index / columns)]!;
      return count > 0 ? sums[index]! / count : value;
    });
  }
  return { centres, inertia, rounds };
}
