/**
 * The part of a frame's loss of light that comes with the width of its stars: fluxes of narrow and of wide stars are never
 * measured quite alike. What frames of like seeing show, whenever they were taken, is no fault of theirs.
 */
import { clamp, median, quantile, robustSigma } from './robust-statistics.ts';
import { robustTrend } from './trend.ts';

/** No more is put down to the seeing, natural log: a veil that came with one kind of seeing stays a veil. */
const most = 0.02;
const fewestFrames = 24;
/** Frames of like seeing that are looked at, and the least scatter to believe in. */
const likeFrames = 31;
const leastSigma = 0.004;
/** Frames on the better side that a scatter of its own takes; as many more of them outweigh the night's. */
const fewestBelow = 5;

/**
 * @param residuals loss beyond its trend over the night, natural log; NaN where unknown
 * @param logFwhm natural log of each frame's FWHM
 * @param trust 0 for frames whose stars are wide for another reason than seeing
 * @returns what belongs to the seeing, natural log, 0 in the middle of the night's seeing
 */
export function seeingLoss(
  residuals: ArrayLike<number>,
  logFwhm: Float64Array,
  trust: ArrayLike<number>,
): Float64Array {
  const trusted = logFwhm.filter((value, k) => (trust[k] as number) > 0 && Number.isFinite(value));
  if (trusted.length < fewestFrames) return new Float64Array(logFwhm.length);
  const [narrow, wide] = [quantile(trusted, 0.03), quantile(trusted, 0.97)];
  const width = logFwhm.map((value) => clamp(value, narrow, wide));
  const { reference } = robustTrend(width, residuals, {
    faults: 'up',
    degree: 1,
    span: likeFrames,
    leastSigma,
    leastGoodShare: 0.35,
    trust,
  });
  const middle = median(reference);
  return reference.map((value) => (Number.isFinite(value) ? clamp(value - middle, -most, most) : 0));
}

/**
 * One sigma of a figure for frames of like seeing, where the night has enough of them: narrow stars are measured less well
 * than wide ones on some cameras, and one figure for all would blur the fine ones.
 * @param excess beyond the reference, faults upwards; NaN where unknown
 * @param usual one sigma over the whole night, for each frame
 */
export function scatterOfLikeSeeing(
  excess: ArrayLike<number>,
  logFwhm: Float64Array,
  usual: ArrayLike<number>,
): Float64Array {
  const sigma = Float64Array.from(usual);
  const order = Array.from(logFwhm.keys()).filter((k) => Number.isFinite(logFwhm[k] + (excess[k] as number)));
  if (order.length < 2 * likeFrames) return sigma;
  order.sort((p, q) => logFwhm[p] - logFwhm[q]);
  order.forEach((k, place) => {
    const from = clamp(place - (likeFrames >> 1), 0, order.length - likeFrames);
    const below = order
      .slice(from, from + likeFrames)
      .map((i) => excess[i] as number)
      .filter((value) => value <= 0);
    if (below.length < fewestBelow) return;
    const own = robustSigma(below, 0) ** 2;
    const weight = below.length / (below.length + fewestBelow);
    sigma[k] = Math.max(leastSigma, Math.sqrt(weight * own + (1 - weight) * sigma[k] ** 2));
  });
  return sigma;
}
