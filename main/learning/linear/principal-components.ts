/** Principal components: the directions of largest variance, by Jacobi rotations of the covariance. */
import type { Estimator, FitInput, FitPorts, Fitted } from '../estimators/estimator.ts';
import { obeySignal } from '../estimators/parallel.ts';
import {
  fitPreparation,
  type PreparedTable,
  type Scaling,
  scalingParameter,
} from '../estimators/preparation.ts';
import { checkColumns, checkTable } from '../estimators/table.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';

export const principalComponents: Estimator = {
  name: 'principal-components',
  description: 'coordinates along the directions of largest variance',
  task: 'projection',
  parameters: [
    {
      name: 'components',
      description: 'coordinates; no more than columns',
      kind: 'integer',
      default: 2,
      minimum: 1,
      maximum: 10_000,
    },
    scalingParameter('standard'),
  ],
  fit: fitComponents,
};

async function fitComponents(input: FitInput, parameters: Parameters, ports: FitPorts): Promise<Fitted> {
  checkTable(input.table);
  obeySignal(ports.signal);
  const preparation = fitPreparation(input.table, parameters.scaling as Scaling);
  const table = preparation.apply(input.table);
  const { columns } = table;
  const centre = meansOf(table);
  const { values, vectors } = symmetricEigen(covarianceOf(table, centre), columns, () =>
    obeySignal(ports.signal),
  );
  const width = Math.min(numberOf(parameters, 'components'), columns);
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]!);
  const weights = new Float64Array(columns * width);
  for (let component = 0; component < width; component++) {
    const source = order[component]!;
    const sign = signOf(vectors, columns, source);
    for (let column = 0; column < columns; column++) {
      weights[column * width + component] = sign * vectors[column * columns + source]!;
    }
  }
  const all = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const kept = order.slice(0, width).reduce((sum, place) => sum + Math.max(0, values[place]!), 0);
  return {
    columns,
    width,
    inputType: 'float64',
    predict(rows) {
      checkColumns(rows, columns);
      return project(preparation.apply(rows), centre, weights, width);
    },
    addTo(parts, name) {
      const centred = parts.apply('Sub', [
        preparation.addTo(parts, name),
        parts.floats('float64', centre, [1, columns]),
      ]);
      return parts.apply('MatMul', [centred, parts.floats('float64', weights, [columns, width])]);
    },
    figures: { explained: all > 0 ? kept / all : 0 },
  };
}

/** The largest part of a direction is positive, so that equal tables give equal signs. */
function signOf(vectors: Float64Array, columns: number, source: number): number {
  let most = 0;
  for (let column = 0; column < columns; column++) {
    const value = vectors[column * columns + source]!;
    if (Math.abs(value) > Math.abs(most) + 1e-12) most = value;
  }
  return most < 0 ? -1 : 1;
}

function meansOf({ rows, columns, values }: PreparedTable): Float64Array {
  const means = new Float64Array(columns);
  for (let index = 0; index < values.length; index++) means[index % columns]! += values[index]! / rows;
  return means;
}

function covarianceOf({ rows, columns, values }: PreparedTable, centre: Float64Array): Float64Array {
  const covariance = new Float64Array(columns * columns);
  const row = new Float64Array(columns);
  for (let index = 0; index < rows; index++) {
    for (let column = 0; column < columns; column++)
      row[column] = values[index * columns + column]! - centre[column]!;
    for (let a = 0; a < columns; a++) {
      for (let b = a; b < columns; b++)
        covariance[a * columns + b]! += (row[a]! * row[b]!) / Math.max(1, rows - 1);
    }
  }
  for (let a = 0; a < columns; a++)
    for (let b = 0; b < a; b++) covariance[a * columns + b] = covariance[b * columns + a]!;
  return covariance;
}

function project(
  table: PreparedTable,
  centre: Float64Array,
  weights: Float64Array,
  width: number,
): Float64Array {
  const { rows, columns, values } = table;
  const result = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column]! - centre[column]!;
      for (let component = 0; component < width; component++) {
        result[row * width + component]! += value * weights[column * width + component]!;
      }
    }
  }
  return result;
}

interface Eigen {
  readonly values: Float64Array;
  /** Column c is the vector of value c. */
  readonly vectors: Float64Array;
}

const sweeps = 60;

/** Of a symmetric matrix, by cyclic Jacobi rotations. */
function symmetricEigen(matrix: Float64Array, size: number, breathe: () => void): Eigen {
  const a = Float64Array.from(matrix);
  const vectors = new Float64Array(size * size);
  for (let index = 0; index < size; index++) vectors[index * size + index] = 1;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    breathe();
    let off = 0;
    let diagonal = 0;
    for (let p = 0; p < size; p++) {
      diagonal += a[p * size + p]! ** 2;
      for (let q = p + 1; q < size; q++) off += a[p * size + q]! ** 2;
    }
    if (off <= diagonal * 1e-30) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
  }
  return { values: Float64Array.from({ length: size }, (_, index) => a[index * size + index]!), vectors };
}

function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const off = a[p * size + q]!;
  if (off === 0) return;
  const angle = (a[q * size + q]! - a[p * size + p]!) / (2 * off);
  const tangent = (angle >= 0 ? 1 : -1) / (Math.abs(angle) + Math.hypot(angle, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (let index = 0; index < size; index++) {
    const ip = a[index * size + p]!;
    const iq = a[index * size + q]!;
    a[index * size + p] = cosine * ip - sine * iq;
    a[index * size + q] = sine * ip + cosine * iq;
  }
  for (let index = 0; index < size; index++) {
    const pi = a[p * size + index]!;
    const qi = a[q * size + index]!;
    a[p * size + index] = cosine * pi - sine * qi;
    a[q * size + index] = sine * pi + cosine * qi;
    const vp = vectors[index * size + p]!;
    const vq = vectors[index * size + q]!;
    vectors[index * size + p] = cosine * vp - sine * vq;
    vectors[index * size + q] = sine * vp + cosine * vq;
  }
}
