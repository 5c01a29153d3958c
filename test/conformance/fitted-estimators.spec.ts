/** What every estimator promises. A new one is tested by being registered. */
import { beforeAll, describe, expect, it } from 'vitest';
import { isNightsiftError } from '../../contract/errors.ts';
import { ModelParts } from '../../main/learning/estimators/model-parts.ts';
import type { Parallel } from '../../main/learning/estimators/parallel.ts';
import { pickRows, type Table } from '../../main/learning/estimators/table.ts';
import { estimatorTasks } from '../../main/learning/estimators/tasks.ts';
import { type Estimator, estimators, type FitInput, type Fitted } from '../../main/learning/estimators.ts';
import { randomFor } from '../../main/learning/random.ts';
import { completeParameters, type Parameters } from '../../main/learning/recipes.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';

const rows = 150;
const columns = 6;
const classes = 3;

/** Three clouds, a column that is constant, one of few values and one with holes. */
function clouds(estimator: Estimator): FitInput {
  const random = randomFor(7, 'clouds');
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const values = Float64Array.from({ length: rows * columns }, (_, index) => {
    const column = index % columns;
    const label = labels[Math.floor(index / columns)]!;
    if (column === 3) return 4;
    if (column === 4) return Math.fround(Math.round(random.normal() + label));
    if (column === 5 && random.uniform() < 0.1) return Number.NaN;
    return Math.fround(random.normal() + (column === label ? 3 : 0));
  });
  const table: Table = { rows, columns, values };
  if (estimator.task === 'classification') return { table, labels, classes };
  const targets = Float64Array.from(labels, (label, row) => label + 0.3 * values[row * columns]!);
  return estimator.task === 'regression' ? { table, targets } : { table };
}

/** Settings that keep a fit within milliseconds. */
const small: Readonly<Record<string, Parameters>> = {
  'random-forest': { trees: 12 },
  'extra-trees': { trees: 12 },
  'random-forest-regression': { trees: 12 },
  'extra-trees-regression': { trees: 12 },
  'gradient-boosting': { rounds: 8 },
  'gradient-boosting-regression': { rounds: 8 },
};

/** Tasks one after the other, with inputs copied as between threads. */
const oneAfterTheOther: Parallel = {
  threads: 1,
  async run<Output>(task: string, input: unknown) {
    const known = task as keyof typeof estimatorTasks;
    return (await estimatorTasks[known](structuredClone(input))) as Output;
  },
  runTogether<Output>(task: string, inputs: readonly unknown[]) {
    return Promise.all(inputs.map((input) => this.run<Output>(task, input)));
  },
};

const runtime = onnxRuntime({ threads: 1 });

async function throughOnnx(
  fitted: Fitted,
  table: Table,
  add = (parts: ModelParts, input: string) => fitted.addTo(parts, input),
  width = fitted.width,
): Promise<Float64Array> {
  const parts = new ModelParts();
  parts.nameOutput(add(parts, 'features'), 'answer');
  const model = parts.toModel({
    name: 'conformance',
    input: { name: 'features', type: fitted.inputType, shape: [fitted.columns] },
    outputs: [{ name: 'answer', type: fitted.inputType, shape: [width] }],
    metadata: {},
  });
  const session = await runtime.load(model);
  const data =
    fitted.inputType === 'float32' ? Float32Array.from(table.values) : Float64Array.from(table.values);
  const { answer } = await session.run({
    features: { type: fitted.inputType, dims: [table.rows, table.columns], data },
  });
  await session.release();
  return Float64Array.from(answer!.data as Float32Array | Float64Array);
}

describe.each(estimators.map((estimator) => [estimator.name, estimator] as const))(
  '%s',
  (name, estimator) => {
    const input = clouds(estimator);
    const given = small[name] ?? {};
    const before = JSON.stringify([input, given]);
    const parameters = Object.freeze(completeParameters(estimator, given));
    const settings = JSON.stringify(parameters);
    let fitted: Fitted;

    beforeAll(async () => {
      fitted = await estimator.fit(input, parameters, { seed: 5 });
    });

    it('leaves data and settings untouched', () => {
      expect(JSON.stringify([input, given])).toBe(before);
      expect(JSON.stringify(parameters)).toBe(settings);
    });

    it('is seeded, in threads as in place', async () => {
      const again = await estimator.fit(input, parameters, { seed: 5, parallel: oneAfterTheOther });
      expect(again.predict(input.table)).toEqual(fitted.predict(input.table));
    });

    it('answers in ONNX as it does itself, for one row as for many, with values missing and out of range', async () => {
      const strange = new Float64Array([
        ...Array.from({ length: columns }, () => Number.NaN),
        1e6,
        -1e6,
        0,
        4,
        9,
        0,
      ]);
      const asked: Table = {
        rows: rows + 2,
        columns,
        values: Float64Array.from([...input.table.values, ...strange]),
      };
      const own = fitted.predict(asked);
      expect(own.length).toBe(asked.rows * fitted.width);
      expect(own.every(Number.isFinite)).toBe(true);
      const found = await throughOnnx(fitted, asked);
      const alone = await throughOnnx(fitted, pickRows(asked, [3]));
      const scale = own.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      for (const [index, value] of found.entries()) {
        expect(Math.abs(value - own[index]!) / scale, `figure ${index}`).toBeLessThanOrEqual(1e-5);
      }
      for (const [index, value] of alone.entries()) {
        expect(Math.abs(value - own[3 * fitted.width + index]!) / scale).toBeLessThanOrEqual(1e-5);
      }
    });

    it('tells misfits in ONNX as it does itself, or not at all', async () => {
      expect(fitted.misfit === undefined).toBe(fitted.addMisfitTo === undefined);
      if (fitted.misfit === undefined) return;
      const own = fitted.misfit(input.table);
      const found = await throughOnnx(
        fitted,
        input.table,
        (parts, value) => fitted.addMisfitTo!(parts, value),
        1,
      );
      for (const [row, value] of found.entries()) expect(value).toBeCloseTo(own[row]!, 6);
    });

    it('refuses a table of other columns by name', () => {
      const narrow: Table = { rows: 1, columns: 2, values: new Float64Array(2) };
      const error = (() => {
        try {
          fitted.predict(narrow);
        } catch (thrown) {
          return thrown;
        }
        return null;
      })();
      expect(isNightsiftError(error) && error.code).toBe('modelMismatch');
    });

    it('can be cancelled', async () => {
      const signal = AbortSignal.abort();
      const error = await estimator
        .fit(input, parameters, { seed: 5, signal })
        .catch((cause: unknown) => cause);
      expect(isNightsiftError(error) && error.code).toBe('cancelled');
    });

    it('learns what there is to learn', () => {
      const own = fitted.predict(input.table);
      if (estimator.task === 'classification') {
        const right = Array.from({ length: rows }, (_, row) => {
          const answer = own.subarray(row * classes, (row + 1) * classes);
          expect(answer.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
          return answer.indexOf(Math.max(...answer)) === input.labels![row] ? 1 : 0;
        });
        expect(right.reduce<number>((sum, value) => sum + value, 0) / rows).toBeGreaterThan(0.85);
      }
      if (estimator.task === 'regression') {
        const error = own.reduce((sum, value, row) => sum + (value - input.targets![row]!) ** 2, 0) / rows;
        expect(error).toBeLessThan(0.6);
      }
    });
  },
);
