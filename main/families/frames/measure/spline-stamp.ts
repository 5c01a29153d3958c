/** The point-spread function laid over the pixels round a star: values and slopes of all pixels at once. */
import { cubicSlopes, cubicWeights, type SplinePsf } from './spline-psf.ts';

/** Row by row from (left, top) to (right, bottom). The arrays are shared: the next call overwrites them. */
export interface Stamp {
  left: number;
  right: number;
  top: number;
  bottom: number;
  value: Float64Array;
  dx: Float64Array;
  dy: Float64Array;
}

const stamp: Stamp = {
  left: 0,
  right: -1,
  top: 0,
  bottom: -1,
  value: new Float64Array(1024),
  dx: new Float64Array(1024),
  dy: new Float64Array(1024),
};

interface Axis {
  first: Int32Array;
  weights: Float64Array;
  slopes: Float64Array;
}

const axisX: Axis = newAxis(64);
const axisY: Axis = newAxis(64);
let alongValue = new Float64Array(4096);
let alongSlope = new Float64Array(4096);
const fourWeights = new Float64Array(4);
const fourSlopes = new Float64Array(4);

function newAxis(length: number): Axis {
  return {
    first: new Int32Array(length),
    weights: new Float64Array(4 * length),
    slopes: new Float64Array(4 * length),
  };
}

/** Knots and weights for each pixel from `start` to `end` of a star at `centre`; -1 where the function is 0. */
function fillAxis(
  axis: Axis,
  psf: SplinePsf,
  start: number,
  end: number,
  centre: number,
  slopes: boolean,
): void {
  if (end - start + 1 > axis.first.length) Object.assign(axis, newAxis(2 * (end - start + 1)));
  for (let i = start; i <= end; i++) {
    const at = (i - centre + psf.radius) / psf.spacing;
    const knot = Math.floor(at);
    const k = i - start;
    if (knot < 0 || knot + 3 >= psf.side) {
      axis.first[k] = -1;
      continue;
    }
    axis.first[k] = knot;
    cubicWeights(at - knot, fourWeights);
    axis.weights.set(fourWeights, 4 * k);
    if (!slopes) continue;
    cubicSlopes(at - knot, fourSlopes);
    axis.slopes.set(fourSlopes, 4 * k);
  }
}

/**
 * The function at (x, y) over all pixels of the frame within `radius` along both axes. The spline is a product of two
 * axes: it is summed along every knot row first, then down the columns.
 */
export function stampOf(
  frame: { readonly width: number; readonly height: number },
  psf: SplinePsf,
  x: number,
  y: number,
  radius: number,
  slopes = true,
): Stamp {
  stamp.left = Math.max(0, Math.ceil(x - radius));
  stamp.right = Math.min(frame.width - 1, Math.floor(x + radius));
  stamp.top = Math.max(0, Math.ceil(y - radius));
  stamp.bottom = Math.min(frame.height - 1, Math.floor(y + radius));
  const columns = Math.max(0, stamp.right - stamp.left + 1);
  const rows = Math.max(0, stamp.bottom - stamp.top + 1);
  makeRoom(columns * rows, psf.side * columns);
  fillAxis(axisX, psf, stamp.left, stamp.right, x, slopes);
  fillAxis(axisY, psf, stamp.top, stamp.bottom, y, slopes);
  const firstKnot = rows > 0 ? Math.max(0, axisY.first[0]) : 0;
  sumAlong(psf, firstKnot, columns, slopes);
  sumDown(rows, columns, slopes, 1 / psf.spacing);
  return stamp;
}

function makeRoom(pixels: number, knots: number): void {
  if (pixels > stamp.value.length) {
    stamp.value = new Float64Array(2 * pixels);
    stamp.dx = new Float64Array(2 * pixels);
    stamp.dy = new Float64Array(2 * pixels);
  }
  if (knots > alongValue.length) {
    alongValue = new Float64Array(2 * knots);
    alongSlope = new Float64Array(2 * knots);
  }
}

function sumAlong(psf: SplinePsf, firstKnot: number, columns: number, slopes: boolean): void {
  const { coefficients, side } = psf;
  const { first, weights, slopes: slope } = axisX;
  for (let k = 0; k < columns; k++) {
    const knot = first[k];
    const w0 = weights[4 * k];
    const w1 = weights[4 * k + 1];
    const w2 = weights[4 * k + 2];
    const w3 = weights[4 * k + 3];
    const s0 = slope[4 * k];
    const s1 = slope[4 * k + 1];
    const s2 = slope[4 * k + 2];
    const s3 = slope[4 * k + 3];
    for (let row = firstKnot; row < side; row++) {
      const out = row * columns + k;
      if (knot < 0) {
        alongValue[out] = 0;
        alongSlope[out] = 0;
        continue;
      }
      const at = row * side + knot;
      const c0 = coefficients[at];
      const c1 = coefficients[at + 1];
      const c2 = coefficients[at + 2];
      const c3 = coefficients[at + 3];
      alongValue[out] = w0 * c0 + w1 * c1 + w2 * c2 + w3 * c3;
      if (slopes) alongSlope[out] = s0 * c0 + s1 * c1 + s2 * c2 + s3 * c3;
    }
  }
}

function sumDown(rows: number, columns: number, slopes: boolean, scale: number): void {
  const { first, weights } = axisY;
  const s = axisY.slopes;
  for (let j = 0; j < rows; j++) {
    const out = j * columns;
    const knot = first[j];
    if (knot < 0) {
      for (let k = 0; k < columns; k++) {
        stamp.value[out + k] = 0;
        stamp.dx[out + k] = 0;
        stamp.dy[out + k] = 0;
      }
      continue;
    }
    const a = knot * columns;
    const w0 = weights[4 * j];
    const w1 = weights[4 * j + 1];
    const w2 = weights[4 * j + 2];
    const w3 = weights[4 * j + 3];
    for (let k = 0; k < columns; k++) {
      const at = a + k;
      const v0 = alongValue[at];
      const v1 = alongValue[at + columns];
      const v2 = alongValue[at + 2 * columns];
      const v3 = alongValue[at + 3 * columns];
      stamp.value[out + k] = w0 * v0 + w1 * v1 + w2 * v2 + w3 * v3;
      if (!slopes) continue;
      stamp.dy[out + k] = scale * (s[4 * j] * v0 + s[4 * j + 1] * v1 + s[4 * j + 2] * v2 + s[4 * j + 3] * v3);
      stamp.dx[out + k] =
        scale *
        (w0 * alongSlope[at] +
          w1 * alongSlope[at + columns] +
          w2 * alongSlope[at + 2 * columns] +
          w3 * alongSlope[at + 3 * columns]);
    }
  }
}
