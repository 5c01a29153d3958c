/** Scores equal to scikit-learn's at equal parameters, within 1e-6 of their size: see fixtures/learning/make-anomaly-scores.py. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ModelParts } from '../../../main/learning/estimators/model-parts.ts';
import type { Table } from '../../../main/learning/estimators/table.ts';
import type { Estimator, Fitted } from '../../../main/learning/estimators.ts';
import { oneClassSvm } from '../../../main/learning/kernels/one-class-svm.ts';
import { localOutlierFactor } from '../../../main/learning/neighbours/local-outlier-factor.ts';
import { completeParameters, type Parameters } from '../../../main/learning/recipes.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';

interface Fixture {
  readonly columns: number;
  readonly fitted: readonly number[];
  readonly asked: readonly number[];
  readonly oneClassSvm: readonly number[];
  readonly localOutlierFactor: readonly number[];
  readonly trainingFactors: readonly number[];
}

const path = new URL('../../fixtures/learning/anomaly-scores.json', import.meta.url);
const fixture = JSON.parse(readFileSync(path, 'utf8')) as Fixture;
const tableOf = (values: readonly number[]): Table => ({
  rows: values.length / fixture.columns,
  columns: fixture.columns,
  values: Float64Array.from(values),
});

async function throughOnnx(fitted: Fitted, table: Table): Promise<Float64Array> {
  const parts = new ModelParts();
  parts.nameOutput(fitted.addTo(parts, 'features'), 'scores');
  const model = parts.toModel({
    name: 'parity',
    input: { name: 'features', type: 'float64', shape: [table.columns] },
    outputs: [{ name: 'scores', type: 'float64', shape: [1] }],
    metadata: {},
  });
  const session = await onnxRuntime({ threads: 1 }).load(model);
  const data = Float64Array.from(table.values);
  const { scores } = await session.run({
    features: { type: 'float64', dims: [table.rows, table.columns], data },
  });
  await session.release();
  return scores!.data as Float64Array;
}

function expectEqual(found: ArrayLike<number>, expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, row) => {
    expect(Math.abs(found[row]! - value) / Math.abs(value), `row ${row}`).toBeLessThanOrEqual(1e-6);
  });
}

const cases: readonly (readonly [Estimator, Parameters, readonly number[]])[] = [
  [oneClassSvm, { nu: 0.1, gamma: 0.2, scaling: 'none' }, fixture.oneClassSvm],
  [localOutlierFactor, { neighbours: 7, scaling: 'none' }, fixture.localOutlierFactor],
];

describe.each(cases.map((each) => [each[0].name, ...each] as const))(
  '%s',
  (_name, estimator, given, expected) => {
    it('scores as scikit-learn does, by itself and in ONNX', async () => {
      const parameters = completeParameters(estimator, given);
      const fitted = await estimator.fit({ table: tableOf(fixture.fitted) }, parameters, { seed: 1 });
      const asked = tableOf(fixture.asked);
      expectEqual(fitted.predict(asked), expected);
      expectEqual(await throughOnnx(fitted, asked), expected);
    });
  },
);

describe('the rows that a local outlier factor learned from', () => {
  it('are scored without themselves', async () => {
    const parameters = completeParameters(localOutlierFactor, { neighbours: 7, scaling: 'none' });
    const fitted = await localOutlierFactor.fit({ table: tableOf(fixture.fitted) }, parameters, { seed: 1 });
    expectEqual(fitted.trainingScores!, fixture.trainingFactors);
  });

  it('stay strange when a fault is repeated, where equal rows count once', async () => {
    const fault = Array.from({ length: 30 }, () => [9, 9, 9, 9]).flat();
    const table = tableOf([...fixture.fitted, ...fault]);
    const given = { neighbours: 10, distinct: true, scaling: 'none' };
    const parameters = completeParameters(localOutlierFactor, given);
    const { trainingScores } = await localOutlierFactor.fit({ table }, parameters, { seed: 1 });
    const usual = trainingScores!.subarray(0, fixture.fitted.length / 4);
    expect(trainingScores!.at(-1)).toBeGreaterThan(Math.max(...usual));
  });
});
