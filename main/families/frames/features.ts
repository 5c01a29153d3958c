/**
 * A frame as numbers for learning, beside its picture. Everything is relative to the frame's own night or noise, so
 * that what was learned on one camera holds on another. Order and meaning never change within a version.
 */
import type { FindingCode } from '../../../contract/words.ts';
import type { Suspicion } from './detectors/detector.ts';
import type { Comparison, FrameContext } from './session/frame-context.ts';
import { clamp, logit } from './session/robust-statistics.ts';

/** Version of the list below; a model remembers the one it was trained with. */
export const frameFeatureVersion = 3;

const confidenceCodes: readonly FindingCode[] = [
  'trail',
  'cloud',
  'veil',
  'occlusion',
  'defocus',
  'dew',
  'elongation',
  'doubleStars',
  'brightSky',
  'strayLight',
  'staticGlow',
  'saturation',
  'hotPixels',
  'cosmicRays',
  'blank',
  'fewStars',
  'truncated',
]; // prettier-ignore

/** Comparisons, each with the size that counts as one: excess / scale, and excess / sigma on a log scale. */
const comparisons: readonly (readonly [string, number])[] = [
  ['focus', 0.1],
  ['fwhm', 0.1],
  ['ellipticity', 0.1],
  ['doubleShare', 0.3],
  ['profile', 0.05],
  ['sky', 0.08],
  ['loss', 0.08],
  ['starCount', 0.3],
  ['noise', 0.08],
  ['patch', 0.1],
  ['hotPixels', 1],
  ['cosmicRays', 1],
]; // prettier-ignore

type ComparisonName = 'focus';

export const frameFeatureNames: readonly string[] = [
  'scoreLogit',
  ...confidenceCodes.map((code) => `confidence.${code}`),
  ...comparisons.map(([name]) => `excess.${name}`),
  ...comparisons.map(([name]) => `sigmas.${name}`),
  'trail.snr',
  'trail.significance',
  'trail.length',
  'trail.count',
  'cells.amplitude',
  'cells.deepest',
  'cells.significance',
  'missing.area',
  'missing.gain',
  'sky.gradient',
  'sky.patchArea',
  'saturated',
  'stars.matched',
  'faintLine.excess',
  'faintLine.sigmas',
];

/** All finite, most within -3..3. */
export function frameFeatures(
  frame: FrameContext,
  suspicions: readonly Suspicion[],
  score: number,
): Float32Array {
  const confidences = confidenceCodes.map((code) =>
    suspicions.reduce((most, s) => (s.code === code ? Math.max(most, s.confidence) : most), 0),
  );
  const compared = comparisons.map(([name, scale]) => ({ c: frame[name as ComparisonName], scale }));
  const values = [
    logit(clamp(score, 1e-4, 1 - 1e-4)) / 3,
    ...confidences,
    ...compared.map(({ c, scale }) => (c === null ? 0 : squeeze(c.excess / scale))),
    ...compared.map(({ c }) => sigmas(c)),
    ...trailFeatures(frame),
    ...lightFeatures(frame),
    frame.missing === null ? 0 : frame.missing.area * 4,
    frame.missing === null ? 0 : squeeze(frame.missing.gain / 8),
    frame.skyPattern === null ? 0 : squeeze(frame.skyPattern.gradient / 0.05),
    frame.skyPattern === null ? 0 : frame.skyPattern.area,
    squeeze(1000 * (frame.record.measurements.saturatedFraction ?? 0)),
    matchedShare(frame),
    ...faintLineFeatures(frame),
  ];
  return Float32Array.from(values, (value) => (Number.isFinite(value) ? clamp(value, -5, 5) : 0));
}

/** Linear near zero, logarithmic far out. */
function squeeze(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value));
}

function sigmas(c: Comparison | null): number {
  return c === null ? 0 : squeeze(c.excess / Math.max(c.sigma, 1e-9));
}

function trailFeatures({ record, trailRepeats, peers }: FrameContext): number[] {
  const own = record.trails.filter((_, i) => (trailRepeats[i] ?? 0) < Math.max(3, 0.04 * peers));
  if (own.length === 0) return [0, 0, 0, 0];
  const diagonal = Math.hypot(record.width, record.height);
  const length = Math.max(...own.map((t) => Math.hypot(t.x2 - t.x1, t.y2 - t.y1)));
  return [
    squeeze(Math.max(...own.map((t) => t.snr))),
    squeeze(Math.max(...own.map((t) => t.significance)) / 5),
    length / diagonal,
    squeeze(own.length),
  ];
}

/** By how much the best line of noise alone seldom exceeds the night's usual one. */
const reachOfNoise = 1;

/** Nothing where other frames show the same line, or where there is a trail anyway. */
function faintLineFeatures({ faintLine, faintLineRepeats, record }: FrameContext): number[] {
  if (faintLine === null || faintLineRepeats > 0 || record.trails.length > 0) return [0, 0];
  return [Math.max(0, faintLine.excess - reachOfNoise), squeeze(Math.max(0, sigmas(faintLine)))];
}

function lightFeatures({ structure, loss, usualShapeVariance }: FrameContext): number[] {
  if (structure === null) return [0, 0, 0];
  let chi = 0;
  structure.shape.forEach((value, k) => {
    const variance = structure.variance[k] + usualShapeVariance[k] + 1e-6;
    if (Number.isFinite(variance)) chi += value ** 2 / variance / structure.shape.length;
  });
  const deepest = Math.max(...structure.cells) - (loss?.reference ?? 0);
  return [squeeze(structure.amplitude / 0.02), squeeze(deepest / 0.05), squeeze(Math.sqrt(chi))];
}

function matchedShare({ photometry, record }: FrameContext): number {
  return photometry === null ? 0 : photometry.x.length / Math.max(1, record.stars.count);
}
