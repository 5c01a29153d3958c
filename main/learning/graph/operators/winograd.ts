/**
 * Gradients of convolutions with 3x3 kernels, stride 1 and padding 1 by minimal filtering (Winograd; Lavin and Gray
 * 2015): tiles of 4x4 results cost 36 products of matrices instead of 144, for the gradient of the data and of the weights.
 * Not for the forward pass: its rounding, ten times that of a plain convolution, turns more rectifiers over, and gradients
 * of a ResNet-18 would be two to three times as far from exact ones.
 *
 * In one dimension, results y = A' ((G w) * (B' x)) with A'[i][j] = p_j^i, G[j][k] = p_j^k / prod(p_j - p_l), and B' the
 * coefficients of prod(z - p_l) without the j-th factor (Toom and Cook), each with a last row for the point at infinity.
 * Two dimensions take Kronecker products. Between the transforms, values lie as [points, channels, items * tiles].
 */
import type { Scope, Value } from '../rule.ts';

/** Results of one tile along each axis, and the values they are made from. */
const tile = 4;
const window = tile + 2;
const points = window * window;
/** Small numbers on both sides of zero and 1: against float64 three times closer than 0, 1, -1, 2, -2. */
const places = [0, 0.75, -0.75, 1.5, -1.5] as const;

type Matrix = readonly (readonly number[])[];

/** Coefficients, lowest power first, of the product of z - root. */
function polynomial(roots: readonly number[]): number[] {
  let coefficients = [1];
  for (const root of roots) {
    const next = [0, ...coefficients];
    coefficients.forEach((value, power) => {
      next[power]! -= root * value;
    });
    coefficients = next;
  }
  return coefficients;
}

const others = (index: number): number[] => places.filter((_, place) => place !== index);
const padded = (row: readonly number[]): number[] => [...row, ...new Array(window - row.length).fill(0)];

function kronecker(a: Matrix): Float32Array {
  const rows = a.flatMap((upper) => a.map((lower) => upper.flatMap((x) => lower.map((y) => x * y))));
  return Float32Array.from(rows.flat());
}

const dataMatrix: Matrix = [
  ...places.map((_, index) => padded(polynomial(others(index)))),
  polynomial(places),
];
const kernelMatrix: Matrix = [
  ...places.map((place, index) => {
    const size = others(index).reduce((product, other) => product * (place - other), 1);
    return [1 / size, place / size, place ** 2 / size];
  }),
  [0, 0, 1],
];
const resultMatrix: Matrix = Array.from({ length: tile }, (_, power) => [
  ...places.map((place) => place ** power),
  power === tile - 1 ? 1 : 0,
]);
const turned = (matrix: Matrix): Matrix => matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
const flippedKernelMatrix: Matrix = kernelMatrix.map((row) => [...row].reverse());

function constant(scope: Scope, name: string, matrix: Matrix, shape: readonly number[]): Value {
  return scope.shared(`winograd ${name}`, () => scope.floats(kronecker(matrix), shape));
}

function reshaped(scope: Scope, value: Value, shape: readonly number[]): Value {
  return scope.apply('Reshape', [value, scope.integers(shape)]);
}

/** Items and channels of images. */
function channelsFirst(scope: Scope, images: Value): Value {
  return scope.apply('Transpose', [images], { perm: [1, 0, 2, 3] });
}

/** The last two axes. */
function transposed(scope: Scope, matrices: Value): Value {
  const axes = matrices.shape.map((_, axis) => axis);
  return scope.apply('Transpose', [matrices], { perm: [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!] });
}

/**
 * Every window of every image times the columns of a matrix, as one convolution in which channels and items are one
 * axis of depth.
 * @param x [items, channels, height, width]
 */
function transformed(scope: Scope, x: Value, kernel: Value, before: number): Value {
  const [items, channels, height, width] = x.shape as [number, number, number, number];
  const images = reshaped(scope, channelsFirst(scope, x), [1, 1, channels * items, height, width]);
  const beyond = [height, width].map((size) => Math.ceil(size / tile) * tile - size + before);
  const values = scope.apply('Conv', [images, kernel], {
    strides: [1, tile, tile],
    pads: [0, before, before, 0, ...beyond],
  });
  return reshaped(scope, values, [points, channels, -1]);
}

function transformedData(scope: Scope, x: Value): Value {
  return transformed(scope, x, constant(scope, 'data', dataMatrix, [points, 1, 1, window, window]), 1);
}

/** The transpose of what makes results of products, for their gradient. */
function spreadResults(scope: Scope, gradient: Value): Value {
  const matrix = constant(scope, 'spread', turned(resultMatrix), [points, 1, 1, tile, tile]);
  return transformed(scope, gradient, matrix, 0);
}

/** [points, outputs, inputs], of the flipped kernel. */
function transformedKernel(scope: Scope, weight: Value): Value {
  const [outputs, inputs] = weight.shape as [number, number];
  const flat = transposed(scope, reshaped(scope, weight, [outputs * inputs, 9]));
  const factor = constant(scope, 'flipped kernel', flippedKernelMatrix, [points, 9]);
  return reshaped(scope, scope.apply('MatMul', [factor, flat]), [points, outputs, inputs]);
}

/** @param products [points, channels, items * tiles], for results of the shape of `like` but for its channels */
function results(scope: Scope, products: Value, like: Value): Value {
  const [items, , height, width] = like.shape as [number, number, number, number];
  const channels = products.shape.at(-2)!;
  const [rows, columns] = [Math.ceil(height / tile), Math.ceil(width / tile)];
  const flat = reshaped(scope, products, [points, channels * items * rows * columns]);
  const matrix = constant(scope, 'results', resultMatrix, [tile * tile, points]);
  const tiles = reshaped(scope, scope.apply('MatMul', [matrix, flat]), [1, -1, rows, columns]);
  const images = scope.apply('DepthToSpace', [tiles], { blocksize: tile, mode: 'DCR' });
  const whole = channelsFirst(scope, reshaped(scope, images, [channels, items, rows * tile, columns * tile]));
  if (rows * tile === height && columns * tile === width) return whole;
  return scope.apply('Slice', [
    whole,
    ...[
      [0, 0],
      [height, width],
      [2, 3],
    ].map((list) => scope.integers(list)),
  ]);
}

/** A convolution of the gradient with the flipped kernel, inputs and outputs swapped. */
export function winogradDataGradient(scope: Scope, gradient: Value, weight: Value): Value {
  const kernel = transposed(scope, transformedKernel(scope, weight));
  const products = scope.apply('MatMul', [kernel, transformedData(scope, gradient)]);
  return results(scope, products, gradient);
}

/** The product rule among the transformed values, then back to 3x3. */
export function winogradWeightGradient(scope: Scope, x: Value, gradient: Value): Value {
  const [outputs, inputs] = [gradient.shape[1]!, x.shape[1]!];
  const products = scope.apply('MatMul', [
    spreadResults(scope, gradient),
    transposed(scope, transformedData(scope, x)),
  ]);
  const flat = transposed(scope, reshaped(scope, products, [points, outputs * inputs]));
  const matrix = constant(scope, 'kernel', kernelMatrix, [points, 9]);
  return reshaped(scope, scope.apply('MatMul', [flat, matrix]), [outputs, inputs, 3, 3]);
}
