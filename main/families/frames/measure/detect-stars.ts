/** All stars of a frame: matched filter, fit of the frame's own profile, brightest first, each taken off in turn. */
import { addStar, fitStar, type StarFit } from './fit-star.ts';
import type { FramePsf } from './frame-psf.ts';
import { relativeValue } from './frame-psf.ts';
import { findMaxima, gaussianKernel, type Plane } from './maxima.ts';
import { removeSpikes } from './spikes.ts';
import { fwhmPerSigma } from './templates.ts';

export interface DetectedStar {
  fit: StarFit;
  saturated: boolean;
  blended: boolean;
}

export interface Detection {
  readonly stars: readonly DetectedStar[];
  readonly hotPixels: readonly { readonly x: number; readonly y: number }[];
  readonly cosmicRays: readonly { readonly x: number; readonly y: number }[];
}

export interface DetectionInput {
  /** The residual; stars are taken off while searching and put back before returning. */
  readonly plane: Plane;
  readonly psf: FramePsf;
  readonly isSaturated: (index: number) => boolean;
}

/** Smoothed strength from which a place is looked at; the Gaussian filter loses some of a star's strength. */
const candidateStrength = 5.5;
/** Stars fainter than this are not kept. */
export const faintestSnr = 7;

interface Candidate {
  x: number;
  y: number;
  strength: number;
}

export function detectStars(input: DetectionInput): Detection {
  const { plane, psf } = input;
  const hotPixels: { x: number; y: number }[] = removeSpikes(plane, spikeShareOf(psf)).map((place) => ({
    ...place,
  }));
  const maxima = findMaxima(
    plane,
    gaussianKernel(Math.max(0.5, psf.shape.fwhm / fwhmPerSigma)),
    candidateStrength,
  );
  const candidates = maxima.x.map((x, i) => ({ x, y: maxima.y[i], strength: maxima.strength[i] }));
  candidates.sort((a, b) => b.strength - a.strength);
  const saturated = takeSaturated(input, candidates);
  const found = fitInTurn(input, candidates, saturated);
  const cosmicRays: { x: number; y: number }[] = [];
  const stars = [...saturated];
  for (const star of found) {
    const verdict = verify(plane, psf, star);
    if (verdict === 'star') stars.push(star);
    else if (verdict === 'hot') hotPixels.push({ x: Math.round(star.fit.x), y: Math.round(star.fit.y) });
    else if (verdict === 'cosmic') cosmicRays.push({ x: Math.round(star.fit.x), y: Math.round(star.fit.y) });
  }
  for (const star of found) addStar(plane, psf.model.psf, star.fit, 1);
  stars.sort((a, b) => b.fit.snr - a.fit.snr);
  markBlends(stars, psf.shape.fwhm);
  return { stars, hotPixels, cosmicRays };
}

/** Half of the least share of its brightest pixel that a star's four neighbours can hold. */
function spikeShareOf(psf: FramePsf): number {
  const { model } = psf;
  const share =
    (relativeValue(model, 1, 0) +
      relativeValue(model, -1, 0) +
      relativeValue(model, 0, 1) +
      relativeValue(model, 0, -1)) /
    4;
  return Math.max(0.05, 0.5 * share);
}

/** Stars with full pixels: one for each group, their surroundings kept free of other candidates. */
function takeSaturated(input: DetectionInput, candidates: Candidate[]): DetectedStar[] {
  const { plane, psf } = input;
  const stars: DetectedStar[] = [];
  const fwhm = psf.shape.fwhm;
  for (let i = 0; i < candidates.length; i++) {
    const { x, y, strength } = candidates[i];
    const full = countSaturated(input, x, y, Math.ceil(fwhm / 2));
    if (full === 0) continue;
    candidates.splice(i, 1);
    i--;
    const near = stars.some((s) => Math.hypot(s.fit.x - x, s.fit.y - y) < 2.5 * fwhm + 3);
    if (near) continue;
    const amplitude = strength / Math.sqrt(psf.model.sumOfSquares);
    stars.push({
      fit: { x, y, amplitude, snr: strength, misfit: 1, pixels: 0, worstExcess: 0 },
      saturated: true,
      blended: false,
    });
  }
  for (let i = candidates.length - 1; i >= 0; i--) {
    const { x, y, strength } = candidates[i];
    const drowned = stars.some((s) => {
      const distance = Math.hypot(s.fit.x - x, s.fit.y - y);
      return distance < 2.5 * fwhm + 3 || (distance < 6 * fwhm && strength < 0.01 * s.fit.snr);
    });
    if (drowned) candidates.splice(i, 1);
  }
  return stars.filter((s) => plane.values[Math.round(s.fit.y) * plane.width + Math.round(s.fit.x)] > 0);
}

function countSaturated(input: DetectionInput, x: number, y: number, reach: number): number {
  const { width, height } = input.plane;
  let count = 0;
  for (let j = Math.max(0, y - reach); j <= Math.min(height - 1, y + reach); j++)
    for (let i = Math.max(0, x - reach); i <= Math.min(width - 1, x + reach); i++)
      if (input.isSaturated(j * width + i)) count++;
  return count;
}

function fitInTurn(
  input: DetectionInput,
  candidates: readonly Candidate[],
  saturated: readonly DetectedStar[],
): DetectedStar[] {
  const { plane, psf } = input;
  const found: DetectedStar[] = [];
  const grid = new NearbyStars(plane.width, Math.max(4, psf.shape.fwhm));
  for (const star of saturated) grid.add(star.fit.x, star.fit.y);
  for (const candidate of candidates) {
    const fit = fitStar(plane, psf.model, candidate.x, candidate.y, 0, Math.max(1.2, 0.6 * psf.shape.fwhm));
    if (fit === null || fit.snr < faintestSnr) continue;
    if (grid.hasWithin(fit.x, fit.y, Math.max(0.8, 0.45 * psf.shape.fwhm))) continue;
    addStar(plane, psf.model.psf, fit, -1);
    grid.add(fit.x, fit.y);
    found.push({ fit, saturated: false, blended: false });
  }
  return found;
}

/** Fits a star again with all others taken off and says what it is. */
function verify(plane: Plane, psf: FramePsf, star: DetectedStar): 'star' | 'faint' | 'hot' | 'cosmic' {
  const { model } = psf;
  addStar(plane, model.psf, star.fit, 1);
  const again =
    fitStar(plane, model, star.fit.x, star.fit.y, 0, Math.max(1, 0.5 * psf.shape.fwhm)) ?? star.fit;
  star.fit = again;
  addStar(plane, model.psf, again, -1);
  if (again.snr < faintestSnr) return 'faint';
  if (again.worstExcess > 0.5) return 'hot';
  // What noise explains, plus a profile that differs by up to 8 % of the peak.
  const allowed = 1 + 6 * Math.sqrt(2 / again.pixels) + (0.08 * again.amplitude) ** 2;
  return again.misfit > allowed ? 'cosmic' : 'star';
}

function markBlends(stars: readonly DetectedStar[], fwhm: number): void {
  const reach = 2 * fwhm;
  const order = [...stars].sort((a, b) => a.fit.x - b.fit.x);
  for (let i = 0; i < order.length; i++)
    for (let k = i + 1; k < order.length && order[k].fit.x - order[i].fit.x < reach; k++) {
      if (Math.abs(order[k].fit.y - order[i].fit.y) >= reach) continue;
      if (order[k].fit.amplitude > 0.05 * order[i].fit.amplitude) order[i].blended = true;
      if (order[i].fit.amplitude > 0.05 * order[k].fit.amplitude) order[k].blended = true;
    }
}

/** Which places are taken, by square bins. */
class NearbyStars {
  readonly #bin: number;
  readonly #columns: number;
  readonly #places = new Map<number, { x: number; y: number }[]>();

  constructor(width: number, bin: number) {
    this.#bin = bin;
    this.#columns = Math.ceil(width / bin) + 2;
  }

  #key(x: number, y: number): number {
    return (Math.floor(y / this.#bin) + 1) * this.#columns + Math.floor(x / this.#bin) + 1;
  }

  add(x: number, y: number): void {
    const key = this.#key(x, y);
    const list = this.#places.get(key);
    if (list === undefined) this.#places.set(key, [{ x, y }]);
    else list.push({ x, y });
  }

  hasWithin(x: number, y: number, distance: number): boolean {
    for (let dy = -this.#bin; dy <= this.#bin; dy += this.#bin)
      for (let dx = -this.#bin; dx <= this.#bin; dx += this.#bin) {
        const list = this.#places.get(this.#key(x + dx, y + dy));
        if (list?.some((place) => Math.hypot(place.x - x, place.y - y) < distance)) return true;
      }
    return false;
  }
}
