/**
 * Local outlier factor (Breunig et al. 2000): how much sparser the surroundings of a row are than those of its
 * neighbours. 1 among its like, more outside.
 */
import type { Estimator, FitInput, FitPorts, Fitted } from '../estimators/estimator.ts';
import { type Scaling, scalingParameter } from '../estimators/preparation.ts';
import { checkColumns } from '../estimators/table.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import { addFactor, addNeighbours } from './densities.ts';
import { fitSurroundings } from './surroundings.ts';

export const localOutlierFactor: Estimator = {
  name: 'local-outlier-factor',
  description: 'local outlier factor: rows in sparser surroundings than their neighbours',
  task: 'anomaly',
  parameters: [
    {
      name: 'neighbours',
      description: 'neighbours of a row',
      kind: 'integer',
      default: 20,
      minimum: 1,
      maximum: 10_000,
    },
    {
      name: 'distinct',
      description: 'equal rows count once, so that a fault seen many times stays an outlier',
      kind: 'flag',
      default: false,
    },
    scalingParameter('standard'),
  ],
  fit: fitLocalOutlierFactor,
};

async function fitLocalOutlierFactor(
  input: FitInput,
  parameters: Parameters,
  ports: FitPorts,
): Promise<Fitted> {
  const counts = [numberOf(parameters, 'neighbours')];
  const options = { counts, scaling: parameters.scaling as Scaling, distinct: parameters.distinct === true };
  const fitted = await fitSurroundings(input.table, options, ports);
  const { columns } = input.table;
  const [densities] = fitted.densities;
  return {
    columns,
    width: 1,
    inputType: 'float64',
    predict(rows) {
      checkColumns(rows, columns);
      return fitted.factors(rows)[0]!;
    },
    addTo(parts, name) {
      const found = addNeighbours(parts, fitted.prepare(parts, name), fitted.table, densities!.count);
      return addFactor(parts, found, densities!);
    },
    trainingScores: fitted.ofTraining(densities!.factors),
    figures: { rows: fitted.table.rows, neighbours: densities!.count },
  };
}
