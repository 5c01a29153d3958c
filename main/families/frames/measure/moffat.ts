/** Elliptical Moffat profile over square pixels, fitted to many stars at once. */
import { keepPatch, type Patch } from './patch.ts';
import type { PatchSource } from './starless.ts';

/** (1 + p x^2 + q y^2 + 2 r x y)^-beta, before the pixel widens it. */
export interface MoffatShape {
  readonly p: number;
  readonly q: number;
  readonly r: number;
  readonly beta: number;
  /** A second image of every star (a bump during the exposure): shift, px, and height over the first. */
  readonly second?: SecondImage;
}

export interface SecondImage {
  readonly dx: number;
  readonly dy: number;
  readonly share: number;
}

export interface MoffatStar {
  x: number;
  y: number;
  /** Height of the profile in the plane's units. */
  amplitude: number;
  /** Sky under it, same units. */
  readonly sky: number;
  /** Root mean square of what the fit leaves beyond the noise, over the amplitude; 0 where nothing was fitted yet. */
  misfit: number;
}

export interface MoffatFit {
  readonly shape: MoffatShape;
  readonly stars: readonly MoffatStar[];
}

export function roundMoffat(fwhm: number, beta: number): MoffatShape {
  const inverse = (4 * (2 ** (1 / beta) - 1)) / (fwhm * fwhm);
  return { p: inverse, q: inverse, r: 0, beta };
}

/** Geometric mean of the axes' FWHM, px, without the pixel. */
export function moffatFwhm(shape: MoffatShape): number {
  const determinant = Math.max(1e-12, shape.p * shape.q - shape.r * shape.r);
  return 2 * Math.sqrt((2 ** (1 / shape.beta) - 1) / Math.sqrt(determinant));
}

/** Gauss-Legendre places and weights on a pixel from -1/2 to 1/2. */
const quadratures = {
  one: { places: [0], weights: [1] },
  two: { places: [-0.288675134594813, 0.288675134594813], weights: [0.5, 0.5] },
  three: {
    places: [-0.387298334620742, 0, 0.387298334620742],
    weights: [0.277777777777778, 0.444444444444444, 0.277777777777778],
  },
};

function quadratureFor(fwhm: number) {
  if (fwhm < 2.2) return quadratures.three;
  return fwhm < 7 ? quadratures.two : quadratures.one;
}

/** Value, and slopes by x0, y0, p, q, r, beta and, with a second image, its dx, dy and share. */
type Slopes = Float64Array;
const slopesLength = 10;

function evaluate(
  shape: MoffatShape,
  dx: number,
  dy: number,
  quadrature: typeof quadratures.two,
  out: Slopes,
): void {
  out.fill(0);
  addImage(shape, dx, dy, quadrature, 1, out);
  const { second } = shape;
  if (second === undefined) return;
  const [before, slopeX, slopeY] = [out[0], out[1], out[2]];
  addImage(shape, dx - second.dx, dy - second.dy, quadrature, second.share, out);
  // The second image moves with its shift as it does with the star.
  out[7] = out[1] - slopeX;
  out[8] = out[2] - slopeY;
  out[9] = (out[0] - before) / second.share;
}

function addImage(
  shape: MoffatShape,
  dx: number,
  dy: number,
  quadrature: typeof quadratures.two,
  share: number,
  out: Slopes,
): void {
  const { places, weights } = quadrature;
  for (let b = 0; b < places.length; b++)
    for (let a = 0; a < places.length; a++) {
      const x = dx + places[a];
      const y = dy + places[b];
      const base = 1 + shape.p * x * x + shape.q * y * y + 2 * shape.r * x * y;
      const logarithm = Math.log(base);
      const value = share * weights[a] * weights[b] * Math.exp(-shape.beta * logarithm);
      const slope = (shape.beta * value) / base;
      out[0] += value;
      out[1] += slope * 2 * (shape.p * x + shape.r * y);
      out[2] += slope * 2 * (shape.q * y + shape.r * x);
      out[3] -= slope * x * x;
      out[4] -= slope * y * y;
      out[5] -= slope * 2 * x * y;
      out[6] -= logarithm * value;
    }
}

const scratch = new Float64Array(slopesLength);

/** Value of the profile, pixel included, at an offset from its centre. */
export function moffatValue(shape: MoffatShape, dx: number, dy: number): number {
  evaluate(shape, dx, dy, quadratureFor(moffatFwhm(shape)), scratch);
  return scratch[0];
}

export interface MoffatFitInput {
  readonly source: PatchSource;
  readonly parity: -1 | 0 | 1;
  readonly stars: readonly MoffatStar[];
  readonly start: MoffatShape;
  /** Pixels within this distance of a star take part, px. */
  readonly radius: number;
  readonly iterations: number;
}

/** Stars differ from their common profile by this share of the peak, or by what an earlier fit left of them if that is more. */
const usualMisfit = 0.01;

/**
 * One shape for all stars, each with its own place and height, by Gauss-Newton with damping: the stars' own three
 * unknowns are eliminated star by star, which leaves four equations. A star so bright that its misfit and not the noise
 * limits it weighs by that: fitted again, a full core or a galaxy gives way to the rest. Null when nothing can be fitted.
 */
export function fitMoffat(input: MoffatFitInput): MoffatFit | null {
  let shape = input.start;
  let stars = input.stars.map((star) => ({ ...star }));
  // Stars may move a little before the patches read for them no longer hold all of them.
  const patches = stars.map(({ x, y }) => keepPatch(input.source.patch(x, y, 1.3 * input.radius + 2)));
  let damping = 1e-3;
  let current = accumulate(input, patches, shape, stars);
  if (current === null) return null;
  for (let iteration = 0; iteration < input.iterations; iteration++) {
    const step = solveStep(current, damping);
    if (step === null) break;
    const nextShape = advanceShape(shape, step.global);
    const nextStars = advanceStars(stars, step.local, input.radius);
    const next = nextShape === null ? null : accumulate(input, patches, nextShape, nextStars);
    if (next === null || nextShape === null || next.cost > current.cost) {
      damping *= 8;
      if (damping > 1e4) break;
      continue;
    }
    const gain = current.cost - next.cost;
    shape = nextShape;
    stars = nextStars;
    current = next;
    damping = Math.max(1e-6, damping / 5);
    if (gain < 1e-5 * current.cost) break;
  }
  current.misfits.forEach((misfit, i) => {
    stars[i].misfit = misfit;
  });
  return { shape, stars };
}

interface StarBlock {
  /** Normal matrix and right side over x0, y0, amplitude, p, q, r, beta and what a second image adds. */
  readonly normal: Float64Array;
  readonly right: Float64Array;
}

interface Accumulated {
  readonly unknowns: number;
  readonly blocks: readonly StarBlock[];
  readonly cost: number;
  readonly misfits: readonly number[];
}

const local = 3;
const mostUnknowns = 10;

function unknownsOf(shape: MoffatShape): number {
  return shape.second === undefined ? 7 : mostUnknowns;
}

function accumulate(
  input: MoffatFitInput,
  patches: readonly Patch[],
  shape: MoffatShape,
  stars: readonly MoffatStar[],
): Accumulated | null {
  const quadrature = quadratureFor(moffatFwhm(shape));
  const unknowns = unknownsOf(shape);
  const blocks: StarBlock[] = [];
  const misfits: number[] = [];
  let cost = 0;
  for (const [index, star] of stars.entries()) {
    const block = { normal: new Float64Array(unknowns * unknowns), right: new Float64Array(unknowns) };
    const result = accumulateStar(input, patches[index], shape, star, quadrature, block);
    blocks.push(block);
    cost += result.cost;
    misfits.push(Math.sqrt(Math.max(0, result.meanSquare - 1)) / Math.max(1e-6, star.amplitude));
  }
  return Number.isFinite(cost) ? { unknowns, blocks, cost, misfits } : null;
}

const row = new Float64Array(mostUnknowns);

function accumulateStar(
  input: MoffatFitInput,
  patch: Patch,
  shape: MoffatShape,
  star: MoffatStar,
  quadrature: typeof quadratures.two,
  block: StarBlock,
) {
  const { radius, parity } = input;
  const unknowns = unknownsOf(shape);
  const weight = 1 / (1 + (star.amplitude * Math.max(usualMisfit, star.misfit)) ** 2);
  let squares = 0;
  let pixels = 0;
  const bottom = Math.min(patch.bottom - 1, star.y + radius);
  const right = Math.min(patch.right - 1, star.x + radius);
  for (let j = Math.max(patch.top, Math.ceil(star.y - radius)); j <= bottom; j++)
    for (let i = Math.max(patch.left, Math.ceil(star.x - radius)); i <= right; i++) {
      if (parity >= 0 && ((i + j) & 1) !== parity) continue;
      const value = patch.values[(j - patch.top) * patch.width + i - patch.left];
      if (Number.isNaN(value)) continue;
      evaluate(shape, i - star.x, j - star.y, quadrature, scratch);
      const misfit = value - star.sky - star.amplitude * scratch[0];
      squares += misfit * misfit;
      pixels++;
      row[0] = star.amplitude * scratch[1];
      row[1] = star.amplitude * scratch[2];
      row[2] = scratch[0];
      for (let k = local; k < unknowns; k++) row[k] = star.amplitude * scratch[k];
      for (let a = 0; a < unknowns; a++) {
        const wa = weight * row[a];
        block.right[a] += wa * misfit;
        for (let b = a; b < unknowns; b++) block.normal[a * unknowns + b] += wa * row[b];
      }
    }
  for (let a = 0; a < unknowns; a++)
    for (let b = 0; b < a; b++) block.normal[a * unknowns + b] = block.normal[b * unknowns + a];
  return { cost: weight * squares, meanSquare: squares / Math.max(1, pixels - local) };
}

/** Eliminates each star's unknowns, solves for the shape, puts the shape's step back into the stars. */
function solveStep(current: Accumulated, damping: number) {
  const { unknowns } = current;
  const shared = unknowns - local;
  const matrix = new Float64Array(shared * shared);
  const right = new Float64Array(shared);
  const eliminated: { inverse: Float64Array; block: StarBlock }[] = [];
  for (const block of current.blocks) {
    const inverse = invertThree(block.normal, unknowns, damping);
    if (inverse === null) return null;
    eliminated.push({ inverse, block });
    for (let a = 0; a < shared; a++) {
      let reduced = block.right[local + a];
      for (let m = 0; m < local; m++)
        for (let n = 0; n < local; n++)
          reduced -= block.normal[(local + a) * unknowns + m] * inverse[m * 3 + n] * block.right[n];
      right[a] += reduced;
      for (let b = 0; b < shared; b++) {
        let value = block.normal[(local + a) * unknowns + local + b];
        for (let m = 0; m < local; m++)
          for (let n = 0; n < local; n++)
            value -=
              block.normal[(local + a) * unknowns + m] *
              inverse[m * 3 + n] *
              block.normal[n * unknowns + local + b];
        matrix[a * shared + b] += value;
      }
    }
  }
  for (let a = 0; a < shared; a++) matrix[a * shared + a] *= 1 + damping;
  // A weak hold on beta keeps a handful of faint stars from running away with it.
  matrix[3 * shared + 3] += 1;
  const global = solveDense(matrix, right, shared);
  if (global === null) return null;
  const locals = eliminated.map(({ inverse, block }) => {
    const residual = [0, 1, 2].map((m) => {
      let value = block.right[m];
      for (let b = 0; b < shared; b++) value -= block.normal[m * unknowns + local + b] * global[b];
      return value;
    });
    return [0, 1, 2].map(
      (m) =>
        inverse[m * 3] * residual[0] + inverse[m * 3 + 1] * residual[1] + inverse[m * 3 + 2] * residual[2],
    );
  });
  return { global, local: locals };
}

function invertThree(normal: Float64Array, unknowns: number, damping: number): Float64Array | null {
  const at = (a: number, b: number) => normal[a * unknowns + b] * (a === b ? 1 + damping : 1);
  const [a, b, c, d, e, f] = [at(0, 0), at(0, 1), at(0, 2), at(1, 1), at(1, 2), at(2, 2)];
  const m11 = d * f - e * e;
  const m12 = c * e - b * f;
  const m13 = b * e - c * d;
  const determinant = a * m11 + b * m12 + c * m13;
  if (!(determinant > 1e-14 * a * d * f)) return null;
  const m22 = a * f - c * c;
  const m23 = b * c - a * e;
  const m33 = a * d - b * b;
  return Float64Array.from([m11, m12, m13, m12, m22, m23, m13, m23, m33], (value) => value / determinant);
}

/** Gaussian elimination with pivoting for a small dense system; null when singular. */
export function solveDense(matrix: Float64Array, right: Float64Array, n: number): Float64Array | null {
  const a = matrix.slice();
  const x = right.slice();
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[pivot * n + k])) pivot = i;
    if (!(Math.abs(a[pivot * n + k]) > 0)) return null;
    if (pivot !== k) {
      for (let j = 0; j < n; j++) [a[k * n + j], a[pivot * n + j]] = [a[pivot * n + j], a[k * n + j]];
      [x[k], x[pivot]] = [x[pivot], x[k]];
    }
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k] / a[k * n + k];
      for (let j = k; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
      x[i] -= factor * x[k];
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) x[k] -= a[k * n + j] * x[j];
    x[k] /= a[k * n + k];
  }
  return x;
}

function advanceShape(shape: MoffatShape, step: Float64Array): MoffatShape | null {
  const limit = (value: number, change: number) =>
    value * Math.exp(Math.max(-0.5, Math.min(0.5, change / value)));
  const p = limit(shape.p, step[0]);
  const q = limit(shape.q, step[1]);
  const bound = 0.98 * Math.sqrt(p * q);
  const r = Math.max(-bound, Math.min(bound, shape.r + step[2]));
  const beta = Math.max(1.4, Math.min(12, shape.beta + Math.max(-1, Math.min(1, step[3]))));
  if (!Number.isFinite(p + q + r + beta)) return null;
  if (shape.second === undefined) return { p, q, r, beta };
  const bounded = (change: number, most: number) => Math.max(-most, Math.min(most, change));
  const { dx, dy, share } = shape.second;
  const second = {
    dx: dx + bounded(step[4], 1),
    dy: dy + bounded(step[5], 1),
    share: Math.max(0.02, Math.min(1.5, share + bounded(step[6], 0.3))),
  };
  return { p, q, r, beta, second };
}

function advanceStars(
  stars: readonly MoffatStar[],
  steps: readonly number[][],
  radius: number,
): MoffatStar[] {
  const limit = 0.3 * radius;
  const bound = (value: number) => Math.max(-limit, Math.min(limit, value));
  return stars.map((star, i) => ({
    ...star,
    x: star.x + bound(steps[i][0]),
    y: star.y + bound(steps[i][1]),
    amplitude: Math.max(0.2 * star.amplitude, star.amplitude + steps[i][2]),
  }));
}
