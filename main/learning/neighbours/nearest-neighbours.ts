/** Classes by the nearest rows: each neighbour votes, all alike. */
import type { Estimator, FitInput, FitPorts, Fitted } from '../estimators/estimator.ts';
import { obeySignal } from '../estimators/parallel.ts';
import { fitPreparation, type Scaling, scalingParameter } from '../estimators/preparation.ts';
import { checkColumns, checkTable } from '../estimators/table.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import { addNeighbours } from './densities.ts';
import { nearestOf } from './nearest.ts';
import { buildNearestIndex } from './nearest-index.ts';

export const nearestNeighbours: Estimator = {
  name: 'nearest-neighbours',
  description: 'classes by a vote of the nearest rows',
  task: 'classification',
  parameters: [
    {
      name: 'neighbours',
      description: 'rows that vote',
      kind: 'integer',
      default: 5,
      minimum: 1,
      maximum: 10_000,
    },
    scalingParameter('standard'),
  ],
  fit: fitNearest,
};

async function fitNearest(input: FitInput, parameters: Parameters, ports: FitPorts): Promise<Fitted> {
  checkTable(input.table);
  obeySignal(ports.signal);
  const preparation = fitPreparation(input.table, parameters.scaling as Scaling);
  const table = preparation.apply(input.table);
  const { columns } = table;
  const classes = input.classes ?? 2;
  const labels = input.labels!;
  const count = Math.min(numberOf(parameters, 'neighbours'), table.rows);
  const index = buildNearestIndex(table);
  return {
    columns,
    width: classes,
    inputType: 'float64',
    predict(rows) {
      checkColumns(rows, columns);
      const asked = preparation.apply(rows);
      const found = nearestOf(index, count, asked);
      const votes = new Float64Array(rows.rows * classes);
      for (let row = 0; row < rows.rows; row++) {
        const near = found.rows.subarray(row * count, (row + 1) * count);
        for (const other of near) votes[row * classes + labels[other]!]! += 1 / count;
      }
      return votes;
    },
    addTo(parts, name) {
      const { near } = addNeighbours(parts, preparation.addTo(parts, name), table, count);
      const ballots = new Float64Array(table.rows * classes);
      labels.forEach((label, row) => {
        ballots[row * classes + label] = 1;
      });
      const cast = parts.apply('Gather', [parts.floats('float64', ballots, [table.rows, classes]), near], {
        axis: 0,
      });
      return parts.apply('ReduceMean', [cast, parts.integers([1])], { keepdims: 0 });
    },
    figures: { rows: table.rows, neighbours: count },
  };
}
