/**
 * The frame's own point-spread function, pixel included: a bicubic B-spline fitted to the pixels of many stars at
 * their sub-pixel places (after Anderson & King 2000, PASP 112, 1360). No profile is assumed, so a doughnut,
 * a trailed or a double star is described as well as a Moffat one.
 */

export interface SplinePsf {
  /** Knot distance, px. */
  readonly spacing: number;
  /** The spline covers |x| and |y| up to this, px. */
  readonly radius: number;
  /** Knots along one side. */
  readonly side: number;
  readonly coefficients: Float64Array;
}

/** Value and both derivatives of the spline at an offset from the star's centre. */
export interface SplineSample {
  value: number;
  dx: number;
  dy: number;
}

const weightX = new Float64Array(4);
const weightY = new Float64Array(4);
const slopeX = new Float64Array(4);
const slopeY = new Float64Array(4);

export function cubicWeights(t: number, out: Float64Array): void {
  const s = 1 - t;
  out[0] = (s * s * s) / 6;
  out[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
  out[2] = (3 * s * s * s - 6 * s * s + 4) / 6;
  out[3] = (t * t * t) / 6;
}

export function cubicSlopes(t: number, out: Float64Array): void {
  const s = 1 - t;
  out[0] = -0.5 * s * s;
  out[1] = 1.5 * t * t - 2 * t;
  out[2] = -1.5 * s * s + 2 * s;
  out[3] = 0.5 * t * t;
}

export function splineSide(radius: number, spacing: number): number {
  return Math.ceil((2 * radius) / spacing) + 3;
}

/** Value at (x, y); 0 outside. */
export function splineValue(psf: SplinePsf, x: number, y: number): number {
  const u = (x + psf.radius) / psf.spacing;
  const v = (y + psf.radius) / psf.spacing;
  const i = Math.floor(u);
  const j = Math.floor(v);
  const { side, coefficients } = psf;
  if (i < 0 || j < 0 || i + 3 >= side || j + 3 >= side) return 0;
  cubicWeights(u - i, weightX);
  cubicWeights(v - j, weightY);
  let sum = 0;
  for (let b = 0; b < 4; b++) {
    const k = (j + b) * side + i;
    sum +=
      weightY[b] *
      (weightX[0] * coefficients[k] +
        weightX[1] * coefficients[k + 1] +
        weightX[2] * coefficients[k + 2] +
        weightX[3] * coefficients[k + 3]);
  }
  return sum;
}

/** Value and slopes at (x, y), written to `out`; zeros outside. */
export function splineSample(psf: SplinePsf, x: number, y: number, out: SplineSample): void {
  const u = (x + psf.radius) / psf.spacing;
  const v = (y + psf.radius) / psf.spacing;
  const i = Math.floor(u);
  const j = Math.floor(v);
  const { side, coefficients } = psf;
  out.value = 0;
  out.dx = 0;
  out.dy = 0;
  if (i < 0 || j < 0 || i + 3 >= side || j + 3 >= side) return;
  cubicWeights(u - i, weightX);
  cubicWeights(v - j, weightY);
  cubicSlopes(u - i, slopeX);
  cubicSlopes(v - j, slopeY);
  for (let b = 0; b < 4; b++) {
    const k = (j + b) * side + i;
    const c0 = coefficients[k];
    const c1 = coefficients[k + 1];
    const c2 = coefficients[k + 2];
    const c3 = coefficients[k + 3];
    const along = weightX[0] * c0 + weightX[1] * c1 + weightX[2] * c2 + weightX[3] * c3;
    out.value += weightY[b] * along;
    out.dy += slopeY[b] * along;
    out.dx += weightY[b] * (slopeX[0] * c0 + slopeX[1] * c1 + slopeX[2] * c2 + slopeX[3] * c3);
  }
  out.dx /= psf.spacing;
  out.dy /= psf.spacing;
}

/** Weighted least squares for the coefficients, filled sample by sample. */
export class SplineFit {
  readonly spacing: number;
  readonly radius: number;
  readonly side: number;
  readonly #normal: Float64Array;
  readonly #right: Float64Array;

  constructor(radius: number, spacing: number) {
    this.radius = radius;
    this.spacing = spacing;
    this.side = splineSide(radius, spacing);
    const n = this.side * this.side;
    this.#normal = new Float64Array(n * this.#bandWidth());
    this.#right = new Float64Array(n);
  }

  #bandWidth(): number {
    return 3 * this.side + 4;
  }

  /** One pixel: offset from the star's centre, value in units of the star's peak, statistical weight. */
  add(x: number, y: number, value: number, weight: number): void {
    const u = (x + this.radius) / this.spacing;
    const v = (y + this.radius) / this.spacing;
    const i = Math.floor(u);
    const j = Math.floor(v);
    if (i < 0 || j < 0 || i + 3 >= this.side || j + 3 >= this.side) return;
    cubicWeights(u - i, weightX);
    cubicWeights(v - j, weightY);
    const band = this.#bandWidth();
    const normal = this.#normal;
    const { side } = this;
    for (let row = 0; row < 4; row++)
      for (let column = 0; column < 4; column++) {
        const index = (j + row) * side + i + column;
        const share = weight * weightY[row] * weightX[column];
        this.#right[index] += share * value;
        // The upper half only: the rest of this row of knots, then the whole of the next ones.
        let at = index * band;
        for (let k = column; k < 4; k++) normal[at + k - column] += share * weightY[row] * weightX[k];
        for (let next = row + 1; next < 4; next++) {
          at = index * band + (next - row) * side - column;
          const down = share * weightY[next];
          normal[at] += down * weightX[0];
          normal[at + 1] += down * weightX[1];
          normal[at + 2] += down * weightX[2];
          normal[at + 3] += down * weightX[3];
        }
      }
  }

  /**
   * Solves. `spread` is how far coefficients may be expected to lie from 0 and from the line through their neighbours
   * (a normal prior): knots that few or faint pixels fell on stay near 0.
   */
  solve(spread: number): SplinePsf | null {
    const n = this.side * this.side;
    const band = this.#bandWidth();
    const factor = this.#normal.slice();
    this.#addPrior(factor, band, 1 / (spread * spread));
    if (!factorBand(factor, n, band)) return null;
    const coefficients = solveBand(factor, this.#right, n, band);
    return { spacing: this.spacing, radius: this.radius, side: this.side, coefficients };
  }

  /**
   * How far the coefficients within `core` px of the centre really lie from 0: their mean square less what noise puts
   * there, over those that the pixels determine. Never less than `least`.
   */
  spreadOf(psf: SplinePsf, core: number, least: number): number {
    const band = this.#bandWidth();
    let sum = 0;
    let count = 0;
    for (let i = 0; i < psf.coefficients.length; i++) {
      const x = ((i % this.side) - 1) * this.spacing - this.radius;
      const y = (Math.floor(i / this.side) - 1) * this.spacing - this.radius;
      const information = this.#normal[i * band];
      if (x * x + y * y > core * core || !(information * 0.01 > 1)) continue;
      sum += psf.coefficients[i] ** 2 - 1 / information;
      count++;
    }
    return count < 4 ? least : Math.max(least, Math.sqrt(Math.max(0, sum / count)));
  }

  #addPrior(matrix: Float64Array, band: number, scale: number): void {
    const { side } = this;
    const stencil = [1, -2, 1];
    const addTriple = (first: number, step: number) => {
      for (let a = 0; a < 3; a++)
        for (let b = a; b < 3; b++)
          matrix[(first + a * step) * band + (b - a) * step] += scale * stencil[a] * stencil[b];
    };
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++) {
        const index = row * side + column;
        if (column + 2 < side) addTriple(index, 1);
        if (row + 2 < side) addTriple(index, side);
        matrix[index * band] += scale;
      }
  }
}

/** Cholesky of a symmetric band matrix stored by upper diagonals; false when it is not positive. */
function factorBand(matrix: Float64Array, n: number, band: number): boolean {
  for (let i = 0; i < n; i++) {
    const pivot = matrix[i * band];
    if (!(pivot > 0)) return false;
    const reach = Math.min(band, n - i);
    const inverse = 1 / Math.sqrt(pivot);
    for (let k = 0; k < reach; k++) matrix[i * band + k] *= inverse;
    for (let k = 1; k < reach; k++) takeOffRow(matrix, i * band, (i + k) * band - k, k, reach);
  }
  return true;
}

function takeOffRow(matrix: Float64Array, source: number, target: number, from: number, to: number): void {
  const f = matrix[source + from];
  if (f === 0) return;
  for (let m = from; m < to; m++) matrix[target + m] -= f * matrix[source + m];
}

function solveBand(factor: Float64Array, right: Float64Array, n: number, band: number): Float64Array {
  const x = right.slice();
  for (let i = 0; i < n; i++) {
    x[i] /= factor[i * band];
    const reach = Math.min(band, n - i);
    for (let k = 1; k < reach; k++) x[i + k] -= factor[i * band + k] * x[i];
  }
  for (let i = n - 1; i >= 0; i--) {
    const reach = Math.min(band, n - i);
    for (let k = 1; k < reach; k++) x[i] -= factor[i * band + k] * x[i + k];
    x[i] /= factor[i * band];
  }
  return x;
}

/** The sum of two functions on the same knots. */
export function addSplines(a: SplinePsf, b: SplinePsf): SplinePsf {
  return { ...a, coefficients: a.coefficients.map((value, i) => value + b.coefficients[i]) };
}

/** The spline that follows a given function: fitted to it on a grid twice as fine as the knots. */
export function splineOf(
  value: (x: number, y: number) => number,
  radius: number,
  spacing: number,
): SplinePsf | null {
  const fit = new SplineFit(radius, spacing);
  const points = Math.ceil((4 * radius) / spacing);
  for (let j = 0; j <= points; j++)
    for (let i = 0; i <= points; i++) {
      const x = (0.9999 * (2 * i - points) * radius) / points;
      const y = (0.9999 * (2 * j - points) * radius) / points;
      fit.add(x, y, value(x, y), 1);
    }
  return fit.solve(1e3);
}

/** The same function on knots half as far apart (exact: cubic B-splines are sums of narrower ones). */
export function refineKnots(psf: SplinePsf): SplinePsf {
  const spacing = psf.spacing / 2;
  const side = splineSide(psf.radius, spacing);
  const coefficients = new Float64Array(side * side);
  const shares = [1 / 8, 4 / 8, 6 / 8, 4 / 8, 1 / 8];
  for (let row = 0; row < psf.side; row++)
    for (let column = 0; column < psf.side; column++) {
      const value = psf.coefficients[row * psf.side + column];
      for (let b = 0; b < 5; b++) {
        const fineRow = 2 * row - 3 + b;
        if (fineRow < 0 || fineRow >= side) continue;
        for (let a = 0; a < 5; a++) {
          const fineColumn = 2 * column - 3 + a;
          if (fineColumn < 0 || fineColumn >= side) continue;
          coefficients[fineRow * side + fineColumn] += shares[a] * shares[b] * value;
        }
      }
    }
  return { spacing, radius: psf.radius, side, coefficients };
}

/** Values on a square grid of `points` by `points` from -radius to radius, row by row. */
export function splineGrid(psf: SplinePsf, points: number): Float64Array {
  const step = (2 * psf.radius) / (points - 1) / psf.spacing;
  const first = new Int32Array(points);
  const weights = new Float64Array(4 * points);
  for (let k = 0; k < points; k++) {
    first[k] = Math.min(Math.floor(k * step), psf.side - 4);
    cubicWeights(k * step - first[k], weightX);
    weights.set(weightX, 4 * k);
  }
  const { side, coefficients } = psf;
  // Along rows first, then down columns: the spline is a product of both.
  const along = new Float64Array(side * points);
  for (let row = 0; row < side; row++)
    for (let k = 0; k < points; k++) {
      const at = row * side + first[k];
      along[row * points + k] =
        weights[4 * k] * coefficients[at] +
        weights[4 * k + 1] * coefficients[at + 1] +
        weights[4 * k + 2] * coefficients[at + 2] +
        weights[4 * k + 3] * coefficients[at + 3];
    }
  const grid = new Float64Array(points * points);
  for (let j = 0; j < points; j++)
    for (let b = 0; b < 4; b++) {
      const weight = weights[4 * j + b];
      const source = (first[j] + b) * points;
      for (let k = 0; k < points; k++) grid[j * points + k] += weight * along[source + k];
    }
  return grid;
}
