import { severityOf } from '../session/confidence.ts';
import type { FrameContext } from '../session/frame-context.ts';
import { logDensity } from '../session/gaussian.ts';
import { shapeDegrees } from '../session/light-structure.ts';
import { normalDensity } from '../session/robust-statistics.ts';
import { type FrameDetector, figure } from './detector.ts';
import { cellEvidence, deepestCell } from './light-cells.ts';

/** Loss in the patches at which cloud begins (strict rule). */
const begin = 0.04;
const prior = 0.08;
/** Share of a patch's variance that lies in the shape terms of degree 1 to 4: cloud is mostly large. */
const powerOfDegree = [0, 0.42, 0.28, 0.18, 0.12];
/** Root mean square of the shape of a cloud whose patches are one unit deep. */
const shapeOfDepth = 0.28;
const depthSteps = 24;
const deepest = 1.5;
/** Relative error of the fluxes' shape that no night beats. */
const shapeFloor = 0.0015;
/** Share of frames dimmed evenly (veil, dew), all strengths from where cloud begins equally likely on a log scale. */
const veilShare = 0.05;
/** The least of those that is told from none, natural log. */
const thinnestVeil = 0.02;
/** Losses looked at on the way up, from this one in steps of 3 %. */
const leastLoss = 0.004;
const lossStep = 1.03;
/** Share of blameless frames whose fluxes are off as a whole (another encoding, a late shutter), and by how much more. */
const offShare = 0.03;
const offStretch = 4;

/** Patchy loss of light: stars of one part of the field dimmer than those of another. */
export const cloud: FrameDetector = {
  name: 'cloud',
  codes: ['cloud'],
  detect(frame) {
    const { structure, loss, photometry } = frame;
    if (structure === null || loss === null || photometry === null || frame.peers < 6) return [];
    if (!Number.isFinite(structure.variance[0])) return [];
    const confidence = cloudConfidence(frame);
    const deep = deepestCell(structure, loss.reference);
    const evidence = {
      meanLoss: figure(1 - Math.exp(-loss.excess)),
      deepestLoss: figure(1 - Math.exp(-deep.loss)),
      structure: figure(structure.amplitude),
      stars: photometry.x.length,
      comparedWith: loss.comparedWith,
      region: deep.region(frame.record),
      cells: cellEvidence(structure, loss.reference),
    };
    const depth = Math.max(deep.loss, loss.excess);
    return [{ code: 'cloud', confidence, severity: severityOf(depth, begin, 15), evidence }];
  },
};

/** Bayes' rule over the depth of the cloud: shape terms and mean loss as a cloud or as noise makes them. */
function cloudConfidence({ structure, loss, usualShapeVariance }: FrameContext): number {
  if (structure === null || loss === null) return 0;
  const noise = structure.covariance.map((row, k) =>
    row.map((value, j) => (j === k ? value + usualShapeVariance[k] + shapeFloor ** 2 : value)),
  );
  const shape = structure.shape.subarray(0, noise.length);
  const calm = logDensity(noise, shape);
  let evidence = 0;
  for (let step = 0; step < depthSteps; step++) {
    const depth = begin * (deepest / begin) ** ((step + 0.5) / depthSteps);
    const gain = logDensity(withCloud(noise, depth), shape) - calm + meanGain(loss.excess, loss.sigma, depth);
    if (Number.isFinite(gain)) evidence += Math.exp(Math.min(gain, 300)) / depthSteps;
  }
  const odds = (prior / (1 - prior)) * evidence;
  return odds / (1 + odds);
}

/** What the shape terms scatter like under a cloud of that depth. */
function withCloud(noise: readonly Float64Array[], depth: number): Float64Array[] {
  return noise.map((row, k) => {
    const degree = shapeDegrees[k];
    const power = ((depth * shapeOfDepth) ** 2 * powerOfDegree[degree]) / (degree + 1);
    return row.map((value, j) => (j === k ? value + power : value));
  });
}

/** Log-likelihood ratio of the mean loss; of all smaller losses the greatest, so that more loss never means less cloud. */
function meanGain(loss: number, sigma: number, depth: number): number {
  let most = gainOfMean(Math.max(0, loss), sigma, depth);
  for (let less = leastLoss; less < loss; less *= lossStep)
    most = Math.max(most, gainOfMean(less, sigma, depth));
  return most;
}

/** Under cloud the mean is anything from none to the full depth. */
function gainOfMean(value: number, sigma: number, depth: number): number {
  // haze takes any share of the light without being a cloud
  const veiled = value > thinnestVeil ? 1 / (value * Math.log(1 / thinnestVeil)) : 0;
  const calm =
    (1 - veilShare - offShare) * normalDensity(value, sigma) +
    offShare * normalDensity(value, offStretch * sigma) +
    veilShare * (veiled + 1);
  const steps = 8;
  let cloudy = 0;
  for (let i = 0; i < steps; i++) {
    const mean = (depth * (i + 0.5)) / steps;
    cloudy += normalDensity(value - mean, Math.hypot(sigma, depth / steps / 2)) / steps;
  }
  return Math.log(Math.max(cloudy, 1e-300) / Math.max(calm, 1e-300));
}
