/** All stars of a frame: matched filter, fit of the frame's own profile, brightest first, each taken off in turn. */
import { findHidden } from './deblend.ts';
import type { DetectedStar } from './detected-star.ts';
import { addStar, fitStar } from './fit-star.ts';
import { type FramePsf, refineFramePsf } from './frame-psf.ts';
import { findMaxima, type Plane } from './maxima.ts';
import { moffatValue } from './moffat.ts';
import { type FullGroup, fullGroups } from './saturated-stars.ts';
import { type ShapeField, shapeField } from './shape-field.ts';
import { type Place, removeSpikes } from './spikes.ts';
import { StarPlaces } from './star-places.ts';
import { lookRound } from './surroundings.ts';
import { verifyStar } from './verify-star.ts';

export interface Detection {
  /** The frame's profile, made again with every star's neighbours taken off, and how it changes over the frame. */
  readonly psf: FramePsf;
  readonly shapes: ShapeField;
  readonly stars: readonly DetectedStar[];
  readonly hotPixels: readonly Place[];
  readonly cosmicRays: readonly Place[];
}

export interface DetectionInput {
  /** The residual; stars are taken off while searching and put back before returning. Spikes are made undefined. */
  readonly plane: Plane;
  readonly psf: FramePsf;
  /** Indices of the pixels above 6 sigma. */
  readonly bright: readonly number[];
  /** Indices of full pixels in reading order; empty when the frame as a whole is full. */
  readonly fullPixels: readonly number[];
}

/** Smoothed strength from which a place is looked at; the Gaussian filter loses some of a star's strength. */
const candidateStrength = 6;
/** Stars fainter than this are not kept. */
export const faintestSnr = 7;

interface Candidate {
  readonly x: number;
  readonly y: number;
  readonly strength: number;
}

export function detectStars(input: DetectionInput): Detection {
  const { plane, psf } = input;
  const hotPixels = removeSpikes(plane, psf.spikeShare, input.bright);
  const candidates = findCandidates(plane, psf);
  const saturated = saturatedStars(input, candidates);
  const cores = hidePixels(plane, input.fullPixels);
  for (const star of saturated) fitWings(plane, psf, star);
  const found = fitInTurn(plane, psf, candidates, saturated);
  findHidden(plane, psf, found);
  const cosmicRays: Place[] = [];
  const stars: DetectedStar[] = [...saturated];
  for (const star of found) {
    const verdict = verifyStar(plane, psf, star);
    const place = { x: Math.round(star.fit.x), y: Math.round(star.fit.y) };
    if (verdict === 'star') stars.push(star);
    else if (verdict === 'hot') hotPixels.push(place);
    else if (verdict === 'cosmic') cosmicRays.push(place);
  }
  stars.sort((a, b) => b.fit.snr - a.fit.snr);
  markBlends(stars, psf.shape.fwhm, plane.width);
  const refined = refineFramePsf(plane, psf, stars);
  const shapes = shapeField(plane, refined, stars, psf.model.psf);
  for (const star of found) addStar(plane, psf.model.psf, star.fit, 1);
  for (const star of saturated) if (star.fit.pixels > 0) addStar(plane, psf.model.psf, star.fit, 1);
  input.fullPixels.forEach((index, k) => {
    plane.values[index] = cores[k];
  });
  return { psf: refined, shapes, stars, hotPixels, cosmicRays };
}

function findCandidates(plane: Plane, psf: FramePsf): Candidate[] {
  const maxima = findMaxima(plane, psf.kernel, candidateStrength);
  const candidates = maxima.x.map((x, i) => ({ x, y: maxima.y[i], strength: maxima.strength[i] }));
  return candidates.sort((a, b) => b.strength - a.strength);
}

/** Stars with full pixels, one for each group. Candidates on them and on their bleeding are taken from the list. */
function saturatedStars(input: DetectionInput, candidates: Candidate[]): DetectedStar[] {
  const { plane, psf } = input;
  const { fwhm } = psf.shape;
  const stars: DetectedStar[] = [];
  for (const group of fullGroups(input.fullPixels, plane)) {
    const reach = 0.6 * group.breadth + 1.2 * fwhm;
    let strength = 0;
    for (let i = candidates.length - 1; i >= 0; i--) {
      const { x, y } = candidates[i];
      const onColumn =
        x > group.left - fwhm && x < group.right + fwhm && y > group.top - fwhm && y < group.bottom + fwhm;
      const onCore = Math.hypot(x - group.x, y - group.y) < reach;
      if (!onColumn && !onCore) continue;
      strength = Math.max(strength, candidates[i].strength);
      candidates.splice(i, 1);
    }
    if (strength === 0) continue;
    const amplitude = hiddenAmplitude(plane, psf, group, strength);
    const snr = amplitude * Math.sqrt(psf.model.sumOfSquares);
    const fit = { x: group.x, y: group.y, amplitude, snr, misfit: 1, pixels: 0, worstExcess: 0 };
    stars.push({ fit, sky: 0, saturated: true, blended: false });
  }
  return stars;
}

/** Makes the pixels undefined and returns what they held. */
function hidePixels(plane: Plane, indices: readonly number[]): readonly number[] {
  const held = indices.map((index) => plane.values[index]);
  for (const index of indices) plane.values[index] = Number.NaN;
  return held;
}

/**
 * Fits a saturated star by what is left of it beside its full pixels, and takes it off; one whose core is all full keeps
 * the height that was guessed and stays.
 */
function fitWings(plane: Plane, psf: FramePsf, star: DetectedStar): void {
  const fit = fitStar(plane, psf.model, star.fit.x, star.fit.y, 0, 0.5 * psf.shape.fwhm + 1);
  if (fit === null || fit.amplitude < 0.5 * star.fit.amplitude || fit.amplitude > 4 * star.fit.amplitude)
    return;
  star.fit = fit;
  addStar(plane, psf.model.psf, fit, -1);
}

/** Height that a star must have for its profile to stand at the full level as far out as the group reaches. */
function hiddenAmplitude(plane: Plane, psf: FramePsf, group: FullGroup, strength: number): number {
  const full = plane.values[Math.round(group.y) * plane.width + Math.round(group.x)];
  const least = strength / Math.sqrt(psf.model.sumOfSquares);
  if (!(full > 0)) return least;
  return Math.max(least, (full * psf.moffatPeak) / moffatValue(psf.moffat, group.breadth / 2, 0));
}

function fitInTurn(
  plane: Plane,
  psf: FramePsf,
  candidates: readonly Candidate[],
  saturated: readonly DetectedStar[],
): DetectedStar[] {
  const found: DetectedStar[] = [];
  const { fwhm } = psf.shape;
  const taken = new StarPlaces<Place>(plane.width, Math.max(4, fwhm));
  for (const star of saturated) taken.add(star.fit);
  for (const candidate of candidates) {
    const star = fitCandidate(plane, psf, candidate);
    if (star === null || taken.hasWithin(star.fit.x, star.fit.y, Math.max(0.8, 0.45 * fwhm))) continue;
    addStar(plane, psf.model.psf, star.fit, -1);
    taken.add(star.fit);
    found.push(star);
  }
  return found;
}

/** The star at a candidate's place, or null when it is too faint or part of a line or a glow. */
export function fitCandidate(plane: Plane, psf: FramePsf, place: Place): DetectedStar | null {
  const maxShift = Math.max(1.2, 0.6 * psf.shape.fwhm);
  let fit = fitStar(plane, psf.model, place.x, place.y, 0, maxShift);
  if (fit === null || fit.snr < faintestSnr) return null;
  const round = lookRound(plane, psf, fit.x, fit.y, fit.amplitude);
  if (round.onLine || round.extended) return null;
  if (round.sky !== 0) {
    fit = fitStar(plane, psf.model, fit.x, fit.y, round.sky, maxShift);
    if (fit === null || fit.snr < faintestSnr) return null;
  }
  return { fit, sky: round.sky, saturated: false, blended: false };
}

/** Marks stars that hold more than a twentieth of a neighbour's light within two FWHM. */
function markBlends(stars: readonly DetectedStar[], fwhm: number, width: number): void {
  const places = new StarPlaces<{ x: number; y: number; star: DetectedStar }>(width, Math.max(8, 2 * fwhm));
  for (const star of stars) places.add({ x: star.fit.x, y: star.fit.y, star });
  for (const star of stars)
    star.blended = places
      .within(star.fit.x, star.fit.y, 2 * fwhm)
      .some((other) => other.star !== star && other.star.fit.amplitude > 0.05 * star.fit.amplitude);
}
