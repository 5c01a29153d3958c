/**
 * Convolutions with 3x3 kernels, stride 1 and padding 1, and their gradients, by minimal filtering (Winograd; Lavin and
 * Gray 2015). Tiles of 4x4 results cost 36 products of matrices instead of 144 and serve predictions and the gradients of
 * the data and of the weights. The forward pass of a training step takes tiles of 2x2, 16 products instead of 36: its rounding decides which rectifiers
 * turn over, and behind 17 of them the values of a ResNet-18 are as far from exact ones as with plain convolutions,
 * while tiles of 4x4 more than double the distance (docs/guide/learning.md).
 *
 * In one dimension, results y = A' ((G w) * (B' x)) with A'[i][j] = p_j^i, G[j][k] = p_j^k / prod(p_j - p_l), and B' the
 * coefficients of prod(z - p_l) without the j-th factor (Toom and Cook), each with a last row for the point at infinity.
 * Two dimensions take Kronecker products. Between the transforms, values lie as [points, channels, items * tiles]; no shape
 * names the number of items, which is open when predicting.
 */
import { elementCount, type Scope, type Value } from '../rule.ts';

type Matrix = readonly (readonly number[])[];

/** The matrices of one size of tiles. */
interface Filtering {
  /** Results of one tile along each axis, and the values they are made from. */
  readonly tile: number;
  readonly window: number;
  /** In both dimensions. */
  readonly points: number;
  readonly data: Matrix;
  readonly kernel: Matrix;
  readonly results: Matrix;
}

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

/** @param places one more than results along an axis */
function filtering(places: readonly number[]): Filtering {
  const tile = places.length - 1;
  const window = tile + 2;
  const others = (index: number): number[] => places.filter((_, place) => place !== index);
  const padded = (row: readonly number[]): number[] => [...row, ...new Array(window - row.length).fill(0)];
  return {
    tile,
    window,
    points: window * window,
    data: [...places.map((_, index) => padded(polynomial(others(index)))), polynomial(places)],
    kernel: [
      ...places.map((place, index) => {
        const size = others(index).reduce((product, other) => product * (place - other), 1);
        return [1 / size, place / size, place ** 2 / size];
      }),
      [0, 0, 1],
    ],
    results: Array.from({ length: tile }, (_, power) => [
      ...places.map((place) => place ** power),
      power === tile - 1 ? 1 : 0,
    ]),
  };
}

/** Small numbers on both sides of zero and 1: against float64 three times closer than 0, 1, -1, 2, -2. */
const large = filtering([0, 0.75, -0.75, 1.5, -1.5]);
/** Nothing but sums of values: of one rounding with plain convolutions. */
const small = filtering([0, 1, -1]);

function kronecker(a: Matrix): Float32Array {
  const rows = a.flatMap((upper) => a.map((lower) => upper.flatMap((x) => lower.map((y) => x * y))));
  return Float32Array.from(rows.flat());
}

const turned = (matrix: Matrix): Matrix => matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
const flipped = (matrix: Matrix): Matrix => matrix.map((row) => [...row].reverse());

function constant(scope: Scope, name: string, matrix: Matrix, shape: readonly number[]): Value {
  return scope.shared(`winograd ${name} ${shape.join()}`, () => scope.floats(kronecker(matrix), shape));
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
function transformed(
  scope: Scope,
  x: Value,
  kernel: Value,
  { tile, points }: Filtering,
  before: number,
): Value {
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const images = reshaped(scope, channelsFirst(scope, x), [1, 1, -1, height, width]);
  const beyond = [height, width].map((size) => Math.ceil(size / tile) * tile - size + before);
  const values = scope.apply('Conv', [images, kernel], {
    strides: [1, tile, tile],
    pads: [0, before, before, 0, ...beyond],
  });
  return reshaped(scope, values, [points, channels, -1]);
}

function transformedData(scope: Scope, x: Value, by: Filtering): Value {
  const matrix = constant(scope, 'data', by.data, [by.points, 1, 1, by.window, by.window]);
  return transformed(scope, x, matrix, by, 1);
}

/** The transpose of what makes results of products, for their gradient. */
function spreadResults(scope: Scope, gradient: Value, by: Filtering): Value {
  const matrix = constant(scope, 'spread', turned(by.results), [by.points, 1, 1, by.tile, by.tile]);
  return transformed(scope, gradient, matrix, by, 0);
}

/** [points, outputs, inputs] */
function transformedKernel(scope: Scope, weight: Value, name: string, matrix: Matrix): Value {
  const [outputs, inputs] = weight.shape as [number, number];
  const points = matrix.length ** 2;
  const flat = transposed(scope, reshaped(scope, weight, [outputs * inputs, 9]));
  const factor = constant(scope, name, matrix, [points, 9]);
  return reshaped(scope, scope.apply('MatMul', [factor, flat]), [points, outputs, inputs]);
}

/** @param products [points, channels, items * tiles], for results of the shape of `like` but for its channels */
function results(
  scope: Scope,
  products: Value,
  like: Value,
  { tile, points, results: made }: Filtering,
): Value {
  const [height, width] = like.shape.slice(2) as [number, number];
  const channels = products.shape.at(-2)!;
  const [rows, columns] = [Math.ceil(height / tile), Math.ceil(width / tile)];
  const flat = reshaped(scope, products, [points, -1]);
  const matrix = constant(scope, 'results', made, [tile * tile, points]);
  const tiles = reshaped(scope, scope.apply('MatMul', [matrix, flat]), [1, -1, rows, columns]);
  const images = scope.apply('DepthToSpace', [tiles], { blocksize: tile, mode: 'DCR' });
  const whole = channelsFirst(scope, reshaped(scope, images, [channels, -1, rows * tile, columns * tile]));
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

function convolution(scope: Scope, x: Value, weight: Value, by: Filtering): Value {
  const kernel = transformedKernel(scope, weight, 'kernel', by.kernel);
  return results(scope, scope.apply('MatMul', [kernel, transformedData(scope, x, by)]), x, by);
}

/**
 * Of a training step.
 * @param x [items, inputs, height, width]
 * @param weight [outputs, inputs, 3, 3]
 */
export function winogradConvolution(scope: Scope, x: Value, weight: Value): Value {
  return convolution(scope, x, weight, small);
}

/** Large tiles hold four times the bytes of the weights, which have to be made and read: of more than this, too many. */
const mostWeightsInLargeTiles = 2 ** 20;

/** The same of a finished network, whose rectifiers decide nothing but its answer: by the tiles that cost least. */
export function winogradPrediction(scope: Scope, x: Value, weight: Value): Value {
  return convolution(scope, x, weight, elementCount(weight.shape) > mostWeightsInLargeTiles ? small : large);
}

/** A convolution of the gradient with the flipped kernel, inputs and outputs swapped. */
export function winogradDataGradient(scope: Scope, gradient: Value, weight: Value): Value {
  const kernel = transposed(scope, transformedKernel(scope, weight, 'flipped kernel', flipped(large.kernel)));
  const products = scope.apply('MatMul', [kernel, transformedData(scope, gradient, large)]);
  return results(scope, products, gradient, large);
}

/** The product rule among the transformed values, then back to 3x3. */
export function winogradWeightGradient(scope: Scope, x: Value, gradient: Value): Value {
  const [outputs, inputs] = [gradient.shape[1]!, x.shape[1]!];
  const products = scope.apply('MatMul', [
    spreadResults(scope, gradient, large),
    transposed(scope, transformedData(scope, x, large)),
  ]);
  const flat = transposed(scope, reshaped(scope, products, [large.points, outputs * inputs]));
  const matrix = constant(scope, 'kernel', large.kernel, [large.points, 9]);
  return reshaped(scope, scope.apply('MatMul', [flat, matrix]), [outputs, inputs, 3, 3]);
}
