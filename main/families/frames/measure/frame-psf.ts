/** Builds the frame's point-spread function from its bright, lone, unsaturated stars. */

import { detectionKernel } from './candidates.ts';
import { findDoubleImages } from './double-images.ts';
import { type FitModel, fitStar, type StarFit } from './fit-star.ts';
import { type MoffatShape, moffatFwhm, moffatValue, type SecondImage } from './moffat.ts';
import { type Patch, patchValue } from './patch.ts';
import { PhaseStamps } from './phase-stamps.ts';
import { type HalfMaximumShape, halfMaximumShape } from './psf-shape.ts';
import { type Samples, withRadialCorrection } from './radial-correction.ts';
import { medianOf } from './robust.ts';
import { addSplines, refineKnots, SplineFit, type SplinePsf, splineOf, splineValue } from './spline-psf.ts';
import { annulusReach, annulusSky, ringShare } from './star-sky.ts';
import type { PatchSource } from './starless.ts';
import { type RingPlan, ringPlan } from './surroundings.ts';
import { chooseTemplates, type PsfInput } from './templates.ts';

export interface FramePsf {
  readonly model: FitModel;
  readonly shape: HalfMaximumShape;
  /** Stars it was made from. */
  readonly stars: readonly StarFit[];
  /** FWHM along the long axis, px: how far from a star its light must be gone. */
  readonly reach: number;
  /** Mean over the central patch of a star (half width 0.3 FWHM) of a unit star. */
  readonly patchShare: number;
  /** Light of a star's four neighbouring pixels over that of its brightest, at best centring: the least there is. */
  readonly neighbourShare: number;
  /** The same for the two pixels beside it along x, and along y. */
  readonly sideShares: { readonly x: number; readonly y: number };
  /** Where the surroundings of a place are looked at. */
  readonly ring: RingPlan;
  /** Share below which a pixel's neighbours cannot belong to a star around it. */
  readonly spikeShare: number;
  /** One axis of the Gaussian that candidates are smoothed with. */
  readonly kernel: Float32Array;
  /** Share of the stars whose image is double, 0 when they are not; the shift is that of `moffat.second`. */
  readonly doubleShare: number;
  /** The Moffat profile that the spline corrects, its greatest value, and that profile as a spline of peak 1. */
  readonly moffat: MoffatShape;
  readonly moffatPeak: number;
  readonly base: SplinePsf;
  /** Mean light of a unit star in the ring that its sky is measured in. */
  readonly ringShare: number;
}

interface Template {
  readonly x: number;
  readonly y: number;
  readonly amplitude: number;
  readonly sky: number;
  readonly misfit: number;
}

/** Share of the peak by which stars differ at least: it limits the weight of bright ones, more misfit limits it further. */
const usualMisfit = 1 / 150;
/** Knots per FWHM: enough for the edge of a doughnut or of a trailed star. */
const knotsPerFwhm = 5;
const rounds = 2;
/** Weight of a star in what all have in common all round, in that of the middle one, at most. */
const timesMedian = 4;
/** Least and first spread of the correction to the Moffat profile, shares of the peak. */
const leastSpread = 0.002;
const firstSpread = 0.1;
/** Small corrections are fitted on knots this much wider, which halves their noise; large ones on the fine knots. */
const coarsening = 2;
const fineFromSpread = 0.025;

/**
 * A Moffat profile fitted to the strongest stars, then a spline for what their pixels show beyond it. Few or faint stars
 * leave the Moffat profile as it is; many bright ones replace it. Null when the frame shows no star.
 */
export function buildFramePsf(input: PsfInput): FramePsf | null {
  const single = chooseTemplates(input);
  if (single === null) return null;
  const double = findDoubleImages(input, single);
  const chosen = double?.templates ?? single;
  const { shape: moffat } = chosen.moffat;
  const fwhm = moffatFwhm(moffat);
  const apart = double === null ? 0 : Math.hypot(double.second.dx, double.second.dy);
  const radius = Math.max(3, 1.75 * Math.hypot(fwhm, 0.7)) + apart;
  const moffatPeak = moffatValue(moffat, 0, 0);
  const base = splineOf(
    (x, y) => moffatValue(moffat, x, y) / moffatPeak,
    radius,
    Math.hypot(fwhm, 0.7) / knotsPerFwhm,
  );
  if (base === null) return null;
  let templates: Template[] = chosen.stars.map((star) => ({
    ...star,
    amplitude: star.amplitude * moffatPeak,
  }));
  const origin = { moffat, moffatPeak, base };
  let result = describe(base, input.parity, templates, origin);
  for (let round = 0; round < rounds && result !== null; round++) {
    const { model, shape } = result;
    const flux = fluxByPhase(model, shape.fwhm);
    templates = dropOutliers(refit(input.source, model, templates, shape.fwhm, flux));
    if (templates.length === 0) return result;
    const corrected = correct(input.source, input.parity, origin, templates);
    result = (corrected === null ? null : describe(corrected, input.parity, templates, origin)) ?? result;
  }
  return result === null || double === null ? result : { ...result, doubleShare: double.agreeing };
}

interface Origin {
  readonly moffat: MoffatShape;
  readonly moffatPeak: number;
  readonly base: SplinePsf;
}

function describe(
  psf: SplinePsf,
  parity: -1 | 0 | 1,
  templates: readonly Template[],
  origin: Origin,
): FramePsf | null {
  const whole = halfMaximumShape(psf);
  if (whole === null) return null;
  const shape = origin.moffat.second === undefined ? whole : oneImage(origin, whole);
  const model = modelOf(psf, shape, origin.moffat.second, parity);
  const sums = { sum: shape.sum / shape.peak, sumOfSquares: model.sumOfSquares };
  const sideShares = { x: besides(model, shape, 1, 0), y: besides(model, shape, 0, 1) };
  const neighbourShare = (sideShares.x + sideShares.y) / 2;
  return {
    doubleShare: 0,
    moffat: origin.moffat,
    moffatPeak: origin.moffatPeak,
    base: origin.base,
    ringShare: ringShare(origin.moffat, shape.fwhm) / origin.moffatPeak,
    model,
    shape: { ...shape, ...sums, peak: 1 },
    stars: templates.map((t) => asFit(t, model)),
    reach: reachOf(shape),
    patchShare: patchShareOf(model, shape),
    ring: ringPlan(model.psf, shape.fwhm, reachOf(shape)),
    neighbourShare,
    sideShares,
    spikeShare: Math.max(0.05, 0.5 * neighbourShare),
    kernel: detectionKernel(shape.fwhm),
  };
}

function reachOf(shape: HalfMaximumShape): number {
  return shape.fwhm / Math.sqrt(Math.max(0.1, 1 - shape.ellipticity));
}

/** Of a double image, one: the region of the first image alone, with the sums of both. */
function oneImage(origin: Origin, whole: HalfMaximumShape): HalfMaximumShape {
  const { second: _, ...moffat } = origin.moffat;
  const alone = splineOf((x, y) => moffatValue(moffat, x, y), origin.base.radius, origin.base.spacing);
  const shape = alone === null ? null : halfMaximumShape(alone);
  if (shape === null) return whole;
  return { ...shape, peak: whole.peak, sum: whole.sum, sumOfSquares: whole.sumOfSquares };
}

/** Mean of the two sides over the centre, which is the region's centre of gravity (a doughnut's hole counts as half). */
function besides(model: FitModel, shape: HalfMaximumShape, dx: number, dy: number): number {
  const at = (sign: number) => splineValue(model.psf, shape.x + sign * dx, shape.y + sign * dy);
  return Math.min(1, (at(1) + at(-1)) / (2 * Math.max(at(0), 0.5)));
}

function patchShareOf(model: FitModel, shape: HalfMaximumShape): number {
  const half = Math.max(0, Math.round(0.3 * shape.fwhm));
  let sum = 0;
  for (let j = -half; j <= half; j++)
    for (let i = -half; i <= half; i++) sum += splineValue(model.psf, shape.x + i, shape.y + j);
  return sum / (2 * half + 1) ** 2;
}

function asFit(t: Template, model: FitModel): StarFit {
  const snr = t.amplitude * Math.sqrt(model.sumOfSquares);
  return { x: t.x, y: t.y, amplitude: t.amplitude, snr, misfit: t.misfit, pixels: 0, worstExcess: 0 };
}

/** The same function with its peak at 1 and its sums to match. */
function modelOf(
  psf: SplinePsf,
  shape: HalfMaximumShape,
  second: SecondImage | undefined,
  parity: -1 | 0 | 1,
): FitModel {
  const coefficients = psf.coefficients.map((value) => value / shape.peak);
  // Out to 1.15 FWHM the function holds nearly all its weight; an elongated one reaches further.
  const stretch = 1 / Math.sqrt(Math.max(0.25, 1 - shape.ellipticity));
  const apart = second === undefined ? 0 : Math.hypot(second.dx, second.dy);
  const radius = Math.min(psf.radius, Math.max(2.2, 1.15 * shape.fwhm * stretch + apart));
  const unit = { ...psf, coefficients };
  return {
    psf: unit,
    stamps: new PhaseStamps(unit, radius, shape.fwhm),
    sumOfSquares: shape.sumOfSquares / shape.peak ** 2,
    radius,
    parity,
  };
}

/** With `ownLight` the source has all stars taken off, and each template's own light is put back by that model. */
function correct(
  source: PatchSource,
  parity: -1 | 0 | 1,
  origin: Origin,
  templates: readonly Template[],
  ownLight: FitModel | null = null,
): SplinePsf | null {
  const beyond =
    (profile: SplinePsf, mostWeight = Number.POSITIVE_INFINITY): Samples =>
    (use) =>
      eachSample({ source, parity, templates, ownLight, mostWeight }, profile, use);
  // No single star, however bright, says what all have in common. The radius of a double image says little.
  const mostWeight = timesMedian * medianOf(templates.map(weightOf));
  const base =
    origin.moffat.second === undefined
      ? withRadialCorrection(origin.base, origin.moffat, beyond(origin.base, mostWeight))
      : origin.base;
  const coarse = fillCorrection(base, beyond(base), coarsening * base.spacing);
  const loose = coarse.solve(firstSpread);
  if (loose === null) return null;
  const spread = coarse.spreadOf(loose, 0.8 * knotsPerFwhm * base.spacing, leastSpread);
  if (spread < fineFromSpread) {
    const correction = coarse.solve(spread);
    return correction === null ? null : addSplines(base, refineKnots(correction));
  }
  const correction = fillCorrection(base, beyond(base), base.spacing).solve(firstSpread);
  return correction === null ? null : addSplines(base, correction);
}

function fillCorrection({ radius }: SplinePsf, samples: Samples, spacing: number): SplineFit {
  const fit = new SplineFit(radius, spacing);
  samples((x, y, remainder, weight) => fit.add(x, y, remainder, weight));
  return fit;
}

interface Sampling {
  readonly source: PatchSource;
  readonly parity: -1 | 0 | 1;
  readonly templates: readonly Template[];
  readonly ownLight: FitModel | null;
  readonly mostWeight: number;
}

/** Statistical weight of each pixel of a template. */
const weightOf = ({ amplitude, misfit }: Template): number =>
  amplitude ** 2 / (1 + (amplitude * Math.max(usualMisfit, misfit)) ** 2);

/** What the templates' pixels have beyond a profile. */
function eachSample(
  { source, parity, templates, ownLight, mostWeight }: Sampling,
  profile: SplinePsf,
  use: (x: number, y: number, remainder: number, weight: number) => void,
): void {
  for (const t of templates) {
    const weight = Math.min(mostWeight, weightOf(t));
    const patch = source.patch(t.x, t.y, profile.radius);
    for (let j = patch.top; j < patch.bottom; j++)
      for (let i = patch.left; i < patch.right; i++) {
        if (parity >= 0 && ((i + j) & 1) !== parity) continue;
        const value = patchValue(patch, i, j);
        if (Number.isNaN(value)) continue;
        const expected = splineValue(profile, i - t.x, j - t.y);
        const own = ownLight === null ? 0 : splineValue(ownLight.psf, i - t.x, j - t.y);
        use(i - t.x, j - t.y, (value - t.sky) / t.amplitude + own - expected, weight);
      }
  }
}

/** Least SNR of a star that takes part once neighbours are known, and how many do. */
const refiningSnr = 20;
const mostRefining = 160;
const refiningPixels = 80_000;

/**
 * The profile again, from a source with all stars taken off: every lone bright star takes part with its neighbours' light
 * gone and its own put back. `stars` are brightest first. The profile as it was when too few stars qualify.
 */
export function refineFramePsf(source: PatchSource, psf: FramePsf, stars: readonly RefiningStar[]): FramePsf {
  const { model } = psf;
  const limit = Math.max(20, Math.min(mostRefining, refiningPixels / (4 * model.psf.radius ** 2)));
  const flux = fluxByPhase(model, psf.shape.fwhm);
  const templates: Template[] = [];
  for (const { fit, saturated, blended } of stars) {
    if (fit.snr < refiningSnr || templates.length >= limit) break;
    if (saturated || blended) continue;
    const { x, y } = fit;
    const edge = model.psf.radius;
    if (x < edge || y < edge || x > source.width - 1 - edge || y > source.height - 1 - edge) continue;
    const scale = flux === null ? 1 : atPhase(flux, x, y);
    const excess = Math.sqrt(Math.max(0, fit.misfit - 1)) / fit.amplitude;
    const sky = skyAt(source, x, y, psf.shape.fwhm) - psf.ringShare * fit.amplitude;
    templates.push({ x, y, amplitude: fit.amplitude * scale, sky, misfit: excess });
  }
  const kept = dropOutliers(templates);
  if (kept.length < 3) return psf;
  const corrected = correct(source, model.parity, psf, kept, model);
  const refined = corrected === null ? null : describe(corrected, model.parity, kept, psf);
  return refined === null ? psf : { ...refined, doubleShare: psf.doubleShare };
}

function skyAt(source: PatchSource, x: number, y: number, fwhm: number): number {
  return annulusSky(source.patch(x, y, annulusReach(fwhm)), x, y, fwhm);
}

interface RefiningStar {
  readonly fit: StarFit;
  readonly saturated: boolean;
  readonly blended: boolean;
}

const phases = 8;

/**
 * Light that the function gives a star of amplitude 1 for every sub-pixel place, over its mean. A real pixel grid
 * catches the same light wherever a star falls; in an undersampled frame nothing else ties the places together,
 * since stars of different places share no samples of the function.
 */
function fluxByPhase(model: FitModel, fwhm: number): Float64Array | null {
  if (fwhm > 4) return null;
  const table = new Float64Array(phases * phases);
  const reach = Math.floor(model.psf.radius - 0.5);
  let total = 0;
  for (let k = 0; k < table.length; k++) {
    const x = ((k % phases) + 0.5) / phases - 0.5;
    const y = (Math.floor(k / phases) + 0.5) / phases - 0.5;
    for (let j = -reach; j <= reach; j++)
      for (let i = -reach; i <= reach; i++) table[k] += splineValue(model.psf, i - x, j - y);
    total += table[k];
  }
  return table.map((value) => value / (total / table.length));
}

function atPhase(table: Float64Array, x: number, y: number): number {
  const cell = (at: number) => Math.min(phases - 1, Math.floor((at - Math.round(at) + 0.5) * phases));
  return table[cell(y) * phases + cell(x)];
}

function refit(
  source: PatchSource,
  model: FitModel,
  templates: readonly Template[],
  fwhm: number,
  flux: Float64Array | null,
): Template[] {
  const out: Template[] = [];
  for (const t of templates) {
    const patch: Patch = source.patch(t.x, t.y, model.psf.radius + fwhm + 2);
    const fit = fitStar(patch, model, t.x, t.y, t.sky, fwhm);
    if (fit === null || !(fit.amplitude > 2)) continue;
    // The misfit that the noise explains is 1; beyond it bright stars show how far their profile differs.
    const excess = Math.sqrt(Math.max(0, fit.misfit - 1)) / fit.amplitude;
    const amplitude = fit.amplitude * (flux === null ? 1 : atPhase(flux, fit.x, fit.y));
    out.push({ x: fit.x, y: fit.y, amplitude, sky: t.sky, misfit: excess });
  }
  return out;
}

/** Drops those whose profile differs by far more than is usual among them: blends, galaxies, cosmic rays. */
function dropOutliers(templates: readonly Template[]): Template[] {
  if (templates.length < 5) return [...templates];
  const typical = medianOf(templates.map((t) => t.misfit));
  const kept = templates.filter((t) => t.misfit < Math.max(0.02, 3 * typical));
  return kept.length >= 4 ? kept : [...templates];
}
