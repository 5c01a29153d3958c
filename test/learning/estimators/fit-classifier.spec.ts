import { expect, it } from 'vitest';
import { decodeModel } from '../../../main/formats/onnx/index.ts';
import { splitCodes, type TensorDataset } from '../../../main/learning/dataset.ts';
import type { Estimator, FitInput } from '../../../main/learning/estimators/estimator.ts';
import { fitClassifier } from '../../../main/learning/estimators/fit-classifier.ts';
import { oversample } from '../../../main/learning/estimators/oversample.ts';
import { withoutCorrelated } from '../../../main/learning/estimators/select-columns.ts';
import { findEstimator } from '../../../main/learning/estimators.ts';
import { loadPredictor } from '../../../main/learning/predict.ts';
import { randomFor } from '../../../main/learning/random.ts';
import { completeParameters, type Parameters } from '../../../main/learning/recipes.ts';
import { estimatorParameters, trainEstimator } from '../../../main/learning/train-estimator.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';

const columns = 5;

/** Class 1 is rare. Column 0 tells them apart, 1 repeats it turned round, 2 is constant, 3 and 4 are noise. */
function lopsided(rows: number, seed: number): Required<Pick<FitInput, 'table' | 'labels' | 'classes'>> {
  const random = randomFor(seed, 'lopsided');
  const labels = Int32Array.from({ length: rows }, (_, row) => (row % 10 === 0 ? 1 : 0));
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const told = random.normal() + 4 * labels[row]!;
    values.set([told, -3 * told, 7, random.normal(), random.normal()], row * columns);
  }
  return { table: { rows, columns, values }, labels, classes: 2 };
}

function settings(estimator: Estimator, given: Parameters): Parameters {
  return completeParameters({ name: estimator.name, parameters: estimatorParameters(estimator) }, given);
}

it('fills rare classes up between rows of theirs, behind the rows that were given', async () => {
  const input = lopsided(120, 1);
  const parameters = settings(findEstimator('random-forest'), {
    oversampling: 'smote',
    oversamplingShare: 0.5,
  });
  const filled = await oversample(input, parameters, { seed: 4 });
  expect(filled).toEqual(await oversample(input, parameters, { seed: 4 }));
  const counts = [0, 1].map((label) => filled.labels!.filter((each) => each === label).length);
  expect(counts).toEqual([108, 54]);
  expect(filled.table.values.subarray(0, input.table.values.length)).toEqual(input.table.values);
  const rare = Array.from(input.labels.keys()).filter((row) => input.labels[row] === 1);
  const rowOf = ({ values }: FitInput['table'], row: number) =>
    values.subarray(row * columns, (row + 1) * columns);
  for (let row = 120; row < filled.table.rows; row++) {
    expect(filled.labels![row]).toBe(1);
    const made = rowOf(filled.table, row);
    // on the way between two of the class: one share of the way for every column
    const isBetween = rare.some((one) =>
      rare.some((other) => {
        const from = rowOf(input.table, one);
        const to = rowOf(input.table, other);
        const share = one === other ? 0 : (made[0]! - from[0]!) / (to[0]! - from[0]!);
        if (!(share >= -1e-6 && share <= 1 + 1e-6)) return false;
        return made.every(
          (value, column) => Math.abs(value - (from[column]! + share * (to[column]! - from[column]!))) < 1e-4,
        );
      }),
    );
    expect(isBetween).toBe(true);
  }
});

it('repeats the only row of a class, and takes a missing value from the other row', async () => {
  const labels = Int32Array.of(0, 0, 0, 0, 1, 2, 2);
  const values = Float64Array.of(1, 2, 3, 4, 50, 9, Number.NaN);
  const parameters = settings(findEstimator('random-forest'), { oversampling: 'smote' });
  const { table, labels: all } = await oversample(
    { table: { rows: 7, columns: 1, values }, labels, classes: 3 },
    parameters,
    { seed: 1 },
  );
  expect(Array.from(all!.subarray(7))).toEqual([1, 1, 1, 2, 2]);
  expect(Array.from(table.values.subarray(7))).toEqual([50, 50, 50, 9, 9]);
});

it('makes more rows up than a call takes arguments', async () => {
  const rows = 150_000;
  const labels = new Int32Array(rows).fill(1, 0, 3);
  const { table } = await oversample(
    { table: { rows, columns: 1, values: new Float64Array(rows) }, labels, classes: 2 },
    settings(findEstimator('random-forest'), { oversampling: 'smote' }),
    { seed: 1 },
  );
  expect(table.rows).toBe(2 * (rows - 3));
});

it('leaves out what is constant and, of columns that say the same, the later of the order', () => {
  const { table } = lopsided(200, 2);
  expect(withoutCorrelated(table, [3, 1, 0, 2, 4], 0.9)).toEqual([3, 1, 4]);
  expect(withoutCorrelated(table, [0, 1, 2, 3, 4], 1)).toHaveLength(4);
});

it('takes all columns in its graph and goes by those selected; tells no out-of-bag figures then', async () => {
  const forest = findEstimator('random-forest');
  const input = lopsided(150, 3);
  const parameters = settings(forest, {
    trees: 10,
    selectedColumns: 2,
    correlationLimit: 0.9,
    oversampling: 'smote',
  });
  const { fitted, selected } = await fitClassifier(forest, input, parameters, { seed: 1 });
  expect(selected).toHaveLength(2);
  expect([0, 1]).toContain(selected![0]);
  expect(selected).not.toContain(2);
  expect(fitted.columns).toBe(columns);
  expect(fitted.outOfBag).toBeUndefined();
  expect(fitted.figures).toMatchObject({ selectedColumns: 2, madeUpRows: 120 });
  expect(fitted.importances).toHaveLength(columns);
  const changed = input.table.values.slice();
  for (let row = 0; row < 150; row++)
    for (let column = 0; column < columns; column++)
      if (!selected!.includes(column)) changed[row * columns + column] = 1e6;
  expect(fitted.predict({ ...input.table, values: changed })).toEqual(fitted.predict(input.table));
});

it('judges on rows that were given only, and exports the selection as a Gather', async () => {
  const { table, labels } = lopsided(200, 5);
  const dataset: TensorDataset = {
    ids: Array.from({ length: 200 }, (_, row) => `row ${row}`),
    inputs: [{ name: 'features', shape: [columns], data: table.values }],
    classes: ['usual', 'rare'],
    labels,
    split: Uint8Array.from({ length: 200 }, (_, row) =>
      row >= 150 ? splitCodes.test : row >= 100 ? splitCodes.validation : splitCodes.train,
    ),
    personLabelled: new Uint8Array(200),
  };
  const runtime = onnxRuntime({ threads: 1 });
  const trained = await trainEstimator(
    dataset,
    {
      recipe: 'gradient-boosting',
      parameters: { rounds: 10, selectedColumns: 1, oversampling: 'smote' },
      seed: 2,
      metadata: {},
    },
    { runtime, now: () => 0 },
  );
  expect(trained.evaluations.train.items).toBe(100);
  expect(trained.evaluations.test.items).toBe(50);
  expect(trained.metrics.madeUpRows).toBe(80);
  const model = decodeModel(trained.onnx);
  expect(model.graph.nodes[0]!.operator).toBe('Gather');
  expect(JSON.parse(model.metadata.selectedColumns!)).toEqual([...trained.selectedColumns!]);
  const predictor = await loadPredictor(trained.onnx, runtime);
  const answers = await predictor.predict(dataset.inputs);
  await predictor.release();
  const right = Array.from(labels.keys()).filter(
    (row) => (answers[2 * row + 1]! > 0.5 ? 1 : 0) === labels[row],
  );
  expect(right.length).toBeGreaterThan(185);
});

it('judges a large training split by as many rows as the others have', async () => {
  const { table, labels } = lopsided(400, 6);
  const rows = Array.from({ length: 400 }, (_, row) => row);
  const dataset: TensorDataset = {
    ids: rows.map(String),
    inputs: [{ name: 'features', shape: [columns], data: table.values }],
    classes: ['usual', 'rare'],
    labels,
    split: Uint8Array.from(rows, (row) =>
      row >= 370 ? splitCodes.test : row >= 330 ? splitCodes.validation : splitCodes.train,
    ),
    personLabelled: new Uint8Array(400),
  };
  const { evaluations } = await trainEstimator(
    dataset,
    { recipe: 'gradient-boosting', parameters: { rounds: 5 }, seed: 2, metadata: {} },
    { runtime: onnxRuntime({ threads: 1 }), now: () => 0 },
  );
  expect(evaluations.train.items).toBe(70);
  expect(evaluations.validation.items + evaluations.test.items).toBe(70);
});
