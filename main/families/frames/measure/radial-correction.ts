/** What stars of a frame have beyond their Moffat profile all round: turbulence, haloes and apertures make other profiles. */
import { type MoffatShape, moffatFwhm, solveDense } from './moffat.ts';
import { cubicWeights, type SplinePsf } from './spline-psf.ts';

/** Hands over offset from the star's centre (px), what the pixel has beyond the profile in shares of the peak, and its weight. */
export type Samples = (use: (x: number, y: number, remainder: number, weight: number) => void) => void;

/** Knots per FWHM along the radius. */
const knotsPerFwhm = 5;
/** Spread of the terms, shares of the peak: expected at first, and the least. */
const firstSpread = 0.05;
const leastSpread = 0.004;

/**
 * The profile with a correction along its elliptical radius: a cubic spline of that radius, even at the centre, with a normal
 * prior whose spread the stars themselves tell. A dozen terms that all pixels of all stars share are known far better than
 * those of a spline over the plane, which noise would not let follow a common departure of a per cent.
 */
export function withRadialCorrection(base: SplinePsf, moffat: MoffatShape, samples: Samples): SplinePsf {
  const scale = Math.hypot(moffatFwhm(moffat), 0.7) / knotsPerFwhm;
  const root = Math.sqrt(Math.sqrt(Math.max(1e-12, moffat.p * moffat.q - moffat.r * moffat.r)));
  const place = (x: number, y: number): number =>
    Math.sqrt(Math.max(0, moffat.p * x * x + moffat.q * y * y + 2 * moffat.r * x * y)) / (root * scale);
  const terms = termsOf(samples, place, Math.ceil((Math.SQRT2 * base.radius) / scale) + 2);
  return terms === null ? base : addFunction(base, (x, y) => correctionAt(terms, place(x, y)));
}

const weights = new Float64Array(4);

/** Index of the k-th of the four terms that reach `place`: those before the centre are those behind it. */
const termAt = (first: number, k: number): number => Math.abs(first - 1 + k);

function correctionAt(terms: Float64Array, place: number): number {
  const first = Math.floor(place);
  cubicWeights(place - first, weights);
  let sum = 0;
  for (let k = 0; k < 4; k++) sum += weights[k] * (terms[termAt(first, k)] ?? 0);
  return sum;
}

function termsOf(
  samples: Samples,
  place: (x: number, y: number) => number,
  size: number,
): Float64Array | null {
  const normal = new Float64Array(size * size);
  const right = new Float64Array(size);
  samples((x, y, remainder, weight) => {
    const at = place(x, y);
    const first = Math.floor(at);
    if (first + 2 >= size) return;
    cubicWeights(at - first, weights);
    for (let a = 0; a < 4; a++) {
      const row = termAt(first, a);
      const share = weight * weights[a];
      right[row] += share * remainder;
      for (let b = 0; b < 4; b++) normal[row * size + termAt(first, b)] += share * weights[b];
    }
  });
  const loose = solveWithPrior(normal, right, size, firstSpread);
  if (loose === null) return null;
  let sum = 0;
  let count = 0;
  for (let k = 0; k < size; k++) {
    const information = normal[k * size + k];
    if (!(information * firstSpread ** 2 > 25)) continue;
    sum += loose[k] ** 2 - 1 / information;
    count++;
  }
  const spread = count === 0 ? leastSpread : Math.sqrt(Math.max(leastSpread ** 2, sum / count));
  return solveWithPrior(normal, right, size, Math.min(firstSpread, spread));
}

/** Terms are expected near 0 and near the line through their neighbours. */
function solveWithPrior(
  normal: Float64Array,
  right: Float64Array,
  size: number,
  spread: number,
): Float64Array | null {
  const held = normal.slice();
  const scale = 1 / spread ** 2;
  const bend = [1, -2, 1];
  for (let k = 0; k < size; k++) {
    held[k * size + k] += scale;
    if (k + 2 >= size) continue;
    for (let a = 0; a < 3; a++)
      for (let b = 0; b < 3; b++) held[(k + a) * size + k + b] += scale * bend[a] * bend[b];
  }
  return solveDense(held, right, size);
}

/** Adds a function that is smooth over two knots. */
function addFunction(psf: SplinePsf, value: (x: number, y: number) => number): SplinePsf {
  const { side, spacing, radius } = psf;
  const wide = side + 2;
  const values = Float64Array.from({ length: wide * wide }, (_, k) =>
    value(((k % wide) - 2) * spacing - radius, (Math.floor(k / wide) - 2) * spacing - radius),
  );
  const coefficients = psf.coefficients.map((coefficient, k) => {
    const at = (Math.floor(k / side) + 1) * wide + (k % side) + 1;
    const around = values[at - 1] + values[at + 1] + values[at - wide] + values[at + wide];
    return coefficient + values[at] - (around - 4 * values[at]) / 6;
  });
  return { ...psf, coefficients };
}
