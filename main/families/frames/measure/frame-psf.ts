/** Builds the frame's point-spread function from its bright, lone, unsaturated stars. */
import { type FitModel, fitStar, type StarFit } from './fit-star.ts';
import type { Plane } from './maxima.ts';
import { type HalfMaximumShape, halfMaximumShape } from './psf-shape.ts';
import { medianOf } from './robust.ts';
import { SplineFit, type SplinePsf, splineValue } from './spline-psf.ts';
import { type BrightSpot, recentre } from './star-scale.ts';

export interface FramePsf {
  readonly model: FitModel;
  readonly shape: HalfMaximumShape;
  /** Stars it was made from. */
  readonly stars: readonly StarFit[];
}

interface Template {
  x: number;
  y: number;
  amplitude: number;
  sky: number;
  misfit: number;
}

/** A star brighter than this many sigmas at its peak adds no more weight: the profile's own variation limits it. */
const fullWeightAmplitude = 150;
const mostTemplates = 200;
const pixelBudget = 60_000;
/** Gaussian: FWHM over sigma. */
export const fwhmPerSigma = 2 * Math.sqrt(2 * Math.LN2);

export interface PsfInput {
  readonly plane: Plane;
  readonly parity: -1 | 0 | 1;
  readonly spots: readonly BrightSpot[];
  /** Typical Gaussian sigma of the stars, px. */
  readonly sigma: number;
  /** True where a pixel is too bright to trust; by index. */
  readonly isSaturated: (index: number) => boolean;
}

export function buildFramePsf(input: PsfInput): FramePsf | null {
  let fwhm = input.sigma * fwhmPerSigma;
  let templates = chooseTemplates(input, fwhm);
  if (templates.length === 0) return null;
  let result: FramePsf | null = null;
  for (let round = 0; round < 5; round++) {
    const psf = stack(input, templates, fwhm);
    if (psf === null) return result;
    const shape = halfMaximumShape(psf);
    if (shape === null) return result;
    const model = modelOf(psf, shape, input.parity);
    const fits = refit(input.plane, model, templates, fwhm);
    if (fits.length === 0) return result;
    templates = dropOutliers(fits);
    result = { model, shape: { ...shape, peak: 1 }, stars: templates.map((t) => asFit(t, model)) };
    fwhm = 0.5 * (fwhm + shape.fwhm);
  }
  return result;
}

function asFit(t: Template, model: FitModel): StarFit {
  const snr = t.amplitude * Math.sqrt(model.sumOfSquares);
  return { x: t.x, y: t.y, amplitude: t.amplitude, snr, misfit: t.misfit, pixels: 0, worstExcess: 0 };
}

/** The same function with its peak at 1 and its sums to match. */
export function modelOf(psf: SplinePsf, shape: HalfMaximumShape, parity: -1 | 0 | 1): FitModel {
  const coefficients = psf.coefficients.map((value) => value / shape.peak);
  // Out to 1.2 FWHM the function holds nearly all its weight; an elongated one reaches further.
  const stretch = 1 / Math.sqrt(Math.max(0.25, 1 - shape.ellipticity));
  const radius = Math.min(psf.radius, Math.max(2.2, 1.15 * shape.fwhm * stretch));
  return {
    psf: { ...psf, coefficients },
    sumOfSquares: shape.sumOfSquares / shape.peak ** 2,
    radius,
    parity,
  };
}

function chooseTemplates(input: PsfInput, fwhm: number): Template[] {
  const { plane, spots } = input;
  const reach = reachOf(fwhm);
  const templates: Template[] = [];
  const budget = Math.max(12, Math.min(mostTemplates, Math.round(pixelBudget / (4 * reach * reach))));
  for (const spot of spots) {
    if (templates.length >= budget) break;
    if (spot.strength < 12) continue;
    if (spot.sigma > 1.6 * input.sigma || spot.sigma < input.sigma / 1.6) continue;
    const edge = reach + 1;
    if (spot.x < edge || spot.y < edge || spot.x > plane.width - 1 - edge || spot.y > plane.height - 1 - edge)
      continue;
    if (!isLone(spot, spots, fwhm) || touchesSaturation(input, spot, fwhm)) continue;
    const centred = recentre(plane, { ...spot, sigma: input.sigma });
    const sky = annulusSky(plane, centred.x, centred.y, fwhm);
    const amplitude = plane.values[Math.round(centred.y) * plane.width + Math.round(centred.x)] - sky;
    if (!(amplitude > 3)) continue;
    templates.push({ x: centred.x, y: centred.y, amplitude, sky, misfit: 0 });
  }
  return templates;
}

function isLone(spot: BrightSpot, spots: readonly BrightSpot[], fwhm: number): boolean {
  const reach = 3 * fwhm + 2;
  return !spots.some(
    (other) =>
      other !== spot &&
      other.strength > 0.04 * spot.strength &&
      Math.hypot(other.x - spot.x, other.y - spot.y) < reach,
  );
}

function touchesSaturation(input: PsfInput, spot: BrightSpot, fwhm: number): boolean {
  const reach = Math.ceil(fwhm);
  const { width, height } = input.plane;
  for (let y = Math.round(spot.y) - reach; y <= spot.y + reach; y++)
    for (let x = Math.round(spot.x) - reach; x <= spot.x + reach; x++) {
      if (x < 0 || y < 0 || x >= width || y >= height) continue;
      const index = y * width + x;
      if (Number.isNaN(input.plane.values[index]) || input.isSaturated(index)) return true;
    }
  return false;
}

function reachOf(fwhm: number): number {
  return Math.max(3, 1.75 * fwhm);
}

/** Sky round a star: clipped mean of a ring from 2.5 to 4 FWHM, 0 unless it differs from 0 by more than its error allows. */
export function annulusSky(plane: Plane, x: number, y: number, fwhm: number): number {
  const inner = Math.max(5, 2.5 * fwhm);
  const outer = Math.max(9, 4 * fwhm);
  const values: number[] = [];
  const stride = outer > 24 ? 2 : 1;
  for (let j = Math.max(0, Math.ceil(y - outer)); j <= Math.min(plane.height - 1, y + outer); j += stride)
    for (let i = Math.max(0, Math.ceil(x - outer)); i <= Math.min(plane.width - 1, x + outer); i += stride) {
      const distance = Math.hypot(i - x, j - y);
      const value = plane.values[j * plane.width + i];
      if (distance < inner || distance > outer || Number.isNaN(value)) continue;
      values.push(value);
    }
  if (values.length < 20) return 0;
  let centre = medianOf(values);
  let error = 1;
  for (let iteration = 0; iteration < 3; iteration++) {
    const kept = values.filter((value) => Math.abs(value - centre) < 2.5);
    if (kept.length < 10) return centre;
    centre = kept.reduce((a, b) => a + b, 0) / kept.length;
    error = 1 / Math.sqrt(kept.length);
  }
  return Math.abs(centre) > 2.5 * error ? centre : 0;
}

function stack(input: PsfInput, templates: readonly Template[], fwhm: number): SplinePsf | null {
  const { plane, parity } = input;
  const radius = reachOf(fwhm);
  const samples = templates.length * (2 * radius) ** 2 * (parity >= 0 ? 0.5 : 1);
  const fine = samples > 6 * ((2 * radius * 5) / fwhm) ** 2;
  const fit = new SplineFit(radius, fwhm / (fine ? 5 : 3.2));
  for (const t of templates) {
    const weight = t.amplitude ** 2 / (1 + (t.amplitude / fullWeightAmplitude) ** 2);
    for (let j = Math.ceil(t.y - radius); j <= t.y + radius; j++)
      for (let i = Math.ceil(t.x - radius); i <= t.x + radius; i++) {
        if (i < 0 || j < 0 || i >= plane.width || j >= plane.height) continue;
        if (parity >= 0 && ((i + j) & 1) !== parity) continue;
        const value = plane.values[j * plane.width + i];
        if (Number.isNaN(value)) continue;
        fit.add(i - t.x, j - t.y, (value - t.sky) / t.amplitude, weight);
      }
  }
  return fit.solve(fine ? 1e-5 : 1e-3);
}

function refit(plane: Plane, model: FitModel, templates: readonly Template[], fwhm: number): Template[] {
  const out: Template[] = [];
  for (const t of templates) {
    const fit = fitStar(plane, model, t.x, t.y, t.sky, fwhm);
    if (fit === null || !(fit.amplitude > 2)) continue;
    // The misfit that the noise explains is 1; beyond it bright stars show how far their profile differs.
    const excess = Math.sqrt(Math.max(0, fit.misfit - 1)) / fit.amplitude;
    out.push({ x: fit.x, y: fit.y, amplitude: fit.amplitude, sky: t.sky, misfit: excess });
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

/** Value of the function relative to its peak. */
export function relativeValue(model: FitModel, x: number, y: number): number {
  return splineValue(model.psf, x, y);
}
