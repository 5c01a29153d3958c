/** Any estimator on a table in memory, for scripts: values, groups and projections as well as classes. */
import { NightsiftError } from '../../contract/errors.ts';
import type { Estimator, FitInput, Fitted } from '../learning/estimators/estimator.ts';
import { classifierParameters, fitClassifier } from '../learning/estimators/fit-classifier.ts';
import { ModelParts } from '../learning/estimators/model-parts.ts';
import { findEstimator } from '../learning/estimators.ts';
import { completeParameters, type ParameterValue } from '../learning/recipes.ts';
import { onnxRuntime } from '../runtime/onnx-runtime.ts';

export interface TableToFit {
  /** Name of an estimator: `random-forest-regression`, `k-means`, … */
  readonly estimator: string;
  readonly columns: number;
  /** Row by row; NaN where a value is missing. */
  readonly values: Float32Array | Float64Array;
  /** Classification: the class of each row. */
  readonly labels?: readonly string[];
  /** Regression: the value of each row. */
  readonly targets?: ArrayLike<number>;
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

export interface FittedTable {
  /** A model file: input `features` [rows, columns], output `answers` [rows, width]. */
  readonly onnx: Uint8Array;
  /** Of the answers, in order; null but for classification. */
  readonly classes: readonly string[] | null;
  /** Answers to a row: probabilities, a value, a score, squared distances from centres, coordinates. */
  readonly width: number;
  readonly figures: Readonly<Record<string, number>>;
  /** Per column, adding up to 1; null where the method has none. */
  readonly importances: Float64Array | null;
  /** By ONNX Runtime, from the model file. [rows, width] Errors: badInput. */
  predict(values: Float32Array | Float64Array): Promise<Float64Array>;
}

/** Errors: notFound, wrongUse, badInput, notEnoughData, cancelled. */
export async function fitTable(asked: TableToFit): Promise<FittedTable> {
  const estimator = findEstimator(asked.estimator);
  const classes = asked.labels === undefined ? null : [...new Set(asked.labels)].sort();
  const input = inputOf(estimator, asked, classes);
  const isClassifier = estimator.task === 'classification';
  const known = isClassifier ? [...estimator.parameters, ...classifierParameters] : estimator.parameters;
  const parameters = completeParameters({ name: estimator.name, parameters: known }, asked.parameters ?? {});
  const ports = { seed: asked.seed ?? 1, ...(asked.signal && { signal: asked.signal }) };
  const fitted = isClassifier
    ? (await fitClassifier(estimator, input, parameters, ports)).fitted
    : await estimator.fit(input, parameters, ports);
  const onnx = modelOf(estimator, fitted, classes);
  return {
    onnx,
    classes,
    width: fitted.width,
    figures: fitted.figures,
    importances: fitted.importances ?? null,
    predict: (values) => answers(onnx, fitted, values),
  };
}

function inputOf(
  { name, task }: Estimator,
  { columns, values, labels, targets }: TableToFit,
  classes: readonly string[] | null,
): FitInput {
  const rows = rowsOf(values, columns);
  refuseNothing(values, rows);
  const table = { rows, columns, values };
  const given = task === 'classification' ? labels : task === 'regression' ? targets : undefined;
  if (given === undefined && (task === 'classification' || task === 'regression')) {
    const missing = task === 'classification' ? 'labels' : 'targets';
    throw new NightsiftError('wrongUse', `${name} learns from ${missing}, and there are none.`);
  }
  if (given !== undefined && given.length !== rows) {
    throw new NightsiftError(
      'badInput',
      `${rows} rows of ${columns} columns, but ${given.length} answers to them.`,
      {
        hint: 'Give values row by row, and one label or target for each row.',
      },
    );
  }
  if (task === 'regression') return { table, targets: Float64Array.from(targets!) };
  if (task !== 'classification') return { table };
  const place = new Map(classes!.map((each, index) => [each, index]));
  return { table, labels: Int32Array.from(labels!, (label) => place.get(label)!), classes: classes!.length };
}

/** @throws NightsiftError `notEnoughData` */
function refuseNothing(values: Float32Array | Float64Array, rows: number): void {
  if (rows > 0 && values.some((value) => !Number.isNaN(value))) return;
  const found = rows === 0 ? 'The table holds no row' : `All ${values.length} values are missing`;
  throw new NightsiftError('notEnoughData', `${found}: there is nothing to learn from.`, {
    hint: 'Give values row by row; NaN only where one is missing.',
  });
}

/** @throws NightsiftError `badInput` */
function rowsOf({ length }: Float32Array | Float64Array, columns: number): number {
  const rows = length / columns;
  if (Number.isInteger(columns) && Number.isInteger(rows)) return rows;
  throw new NightsiftError('badInput', `${length} values do not make whole rows of ${columns} columns.`, {
    hint: 'Give values row by row, NaN where one is missing.',
  });
}

function modelOf({ name }: Estimator, fitted: Fitted, classes: readonly string[] | null): Uint8Array {
  const parts = new ModelParts();
  parts.nameOutput(fitted.addTo(parts, 'features'), 'answers');
  return parts.toModel({
    name,
    input: { name: 'features', type: fitted.inputType, shape: [fitted.columns] },
    outputs: [{ name: 'answers', type: fitted.inputType, shape: [fitted.width] }],
    metadata: { recipe: name, ...(classes && { classes: JSON.stringify(classes) }) },
  });
}

async function answers(
  onnx: Uint8Array,
  { columns, inputType }: Fitted,
  values: Float32Array | Float64Array,
): Promise<Float64Array> {
  const rows = rowsOf(values, columns);
  const session = await onnxRuntime({ threads: 1 }).load(onnx);
  const data = inputType === 'float32' ? Float32Array.from(values) : Float64Array.from(values);
  try {
    const dims = [rows, columns];
    const { answers: found } = await session.run({ features: { type: inputType, dims, data } });
    return Float64Array.from(found!.data as Float32Array | Float64Array);
  } finally {
    await session.release();
  }
}
