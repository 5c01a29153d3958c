/** One-class support vector machine with an RBF kernel: a smooth boundary around most rows. */
import type { Estimator, FitInput, FitPorts, Fitted } from '../estimators/estimator.ts';
import { obeySignal } from '../estimators/parallel.ts';
import {
  fitPreparation,
  type PreparedTable,
  type Scaling,
  scalingParameter,
} from '../estimators/preparation.ts';
import { checkColumns, checkTable, drawnRows, pickRows } from '../estimators/table.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import { solveOneClass } from './smo.ts';
import { addSupportScores, type SupportModel, supportScores } from './support-scores.ts';

export const oneClassSvm: Estimator = {
  name: 'one-class-svm',
  description: 'one-class support vector machine: a smooth boundary around most rows',
  task: 'anomaly',
  parameters: [
    {
      name: 'nu',
      description: 'share of the rows that may lie outside',
      kind: 'number',
      default: 0.05,
      minimum: 1e-4,
      maximum: 1,
    },
    {
      name: 'gamma',
      description: 'reach of a row: 1 / (2 width²); 0: 1 / (columns x variance of the scaled table)',
      kind: 'number',
      default: 0,
      minimum: 0,
      maximum: 1e6,
    },
    {
      name: 'tolerance',
      description: 'how far from the optimum the solver may stop',
      kind: 'number',
      default: 1e-3,
      minimum: 1e-12,
      maximum: 1,
    },
    {
      name: 'mostRows',
      description: 'of larger tables as many rows are drawn; 0 takes all',
      kind: 'integer',
      default: 10_000,
      minimum: 0,
      maximum: 10_000_000,
    },
    scalingParameter('standard'),
  ],
  fit: fitOneClassSvm,
};

async function fitOneClassSvm(input: FitInput, parameters: Parameters, ports: FitPorts): Promise<Fitted> {
  checkTable(input.table);
  obeySignal(ports.signal);
  const preparation = fitPreparation(input.table, parameters.scaling as Scaling);
  const table = preparation.apply(drawnRows(input.table, numberOf(parameters, 'mostRows'), ports.seed));
  const asked = numberOf(parameters, 'gamma');
  const gamma = asked > 0 ? asked : 1 / (table.columns * (varianceOf(table.values) || 1));
  await new Promise((resolve) => setImmediate(resolve));
  const { alpha, rho, iterations } = solveOneClass(
    table,
    gamma,
    numberOf(parameters, 'nu'),
    numberOf(parameters, 'tolerance'),
    () => obeySignal(ports.signal),
  );
  const support = Array.from(alpha.keys()).filter((row) => alpha[row]! > 0);
  const model: SupportModel = {
    vectors: pickRows(table, support) as PreparedTable,
    weights: Float64Array.from(support, (row) => alpha[row]!),
    rho,
    gamma,
  };
  const { columns } = input.table;
  return {
    columns,
    width: 1,
    inputType: 'float64',
    predict(rows) {
      checkColumns(rows, columns);
      return supportScores(preparation.apply(rows), model);
    },
    addTo: (parts, name) => addSupportScores(parts, preparation.addTo(parts, name), model),
    figures: { supportVectors: support.length, iterations, gamma },
  };
}

function varianceOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
