/** All stars of a frame: matched filter, fit of the frame's own profile, brightest first, each taken off in turn. */
import { type Candidate, findCandidates } from './candidates.ts';
import { findHidden } from './deblend.ts';
import type { DetectedStar } from './detected-star.ts';
import { fitStar } from './fit-star.ts';
import { type FramePsf, refineFramePsf } from './frame-psf.ts';
import { inTurn } from './in-turn.ts';
import { moffatValue } from './moffat.ts';
import type { ResidualFrame } from './residual-frame.ts';
import { type FullGroup, fullGroups } from './saturated-stars.ts';
import { type FieldShapes, shapeField } from './shape-field.ts';
import { type Place, removeSpikes } from './spikes.ts';
import { StarPlaces } from './star-places.ts';
import { Starless } from './starless.ts';
import { lookRound } from './surroundings.ts';
import { verifyStar } from './verify-star.ts';

export interface Detection {
  /** The frame's profile, made again with every star's neighbours taken off, and how it changes over the frame. */
  readonly psf: FramePsf;
  readonly shapes: FieldShapes;
  readonly stars: readonly DetectedStar[];
  readonly hotPixels: readonly Place[];
  readonly cosmicRays: readonly Place[];
}

export interface DetectionInput {
  /** Spikes are taken out of it. */
  readonly residuals: ResidualFrame;
  readonly psf: FramePsf;
  /** Indices of the pixels above 6 sigma. */
  readonly bright: Int32Array;
  /** Indices of full pixels in reading order; empty when the frame as a whole is full. */
  readonly fullPixels: Int32Array;
  /** The frame is binned to cells of that many pixels on the way; 0: not. */
  readonly cell: number;
}

/** Stars fainter than this are not kept. */
const faintestSnr = 7;

export function detectStars(input: DetectionInput): Detection {
  const { residuals, psf } = input;
  const hotPixels = removeSpikes(residuals, psf.spikeShare, input.bright);
  const candidates = findCandidates(residuals, psf.shape.fwhm, input.cell);
  const { saturated, others } = saturatedStars(input, candidates);
  const hidden = hideFull(residuals, input.fullPixels);
  const starless = new Starless(residuals, psf.model);
  for (const star of saturated) fitWings(starless, psf, star);
  const found = fitInTurn(starless, psf, others, saturated);
  findHidden(starless, psf, found);
  const cosmicRays: Place[] = [];
  const stars: DetectedStar[] = [...saturated];
  for (const star of found) {
    const verdict = verifyStar(starless, psf, star);
    const place = { x: Math.round(star.fit.x), y: Math.round(star.fit.y) };
    if (verdict === 'star') stars.push(star);
    else if (verdict === 'hot') hotPixels.push(place);
    else if (verdict === 'cosmic') cosmicRays.push(place);
  }
  stars.sort((a, b) => b.fit.snr - a.fit.snr);
  markBlends(stars, psf.shape.fwhm, residuals.width);
  const refined = refineFramePsf(starless, psf, stars);
  const shapes = shapeField(starless, refined, stars, psf.model.psf);
  for (const { x, y } of hidden) residuals.hide(x, y, false);
  return { psf: refined, shapes, stars, hotPixels, cosmicRays };
}

/** Stars with full pixels, one for each group, and the candidates that lie neither on them nor on their bleeding. */
function saturatedStars(input: DetectionInput, candidates: readonly Candidate[]) {
  const { residuals, psf } = input;
  const { fwhm } = psf.shape;
  const saturated: DetectedStar[] = [];
  const places = new StarPlaces<Candidate>(residuals.width, 64);
  const covered = new Set<Candidate>();
  if (input.fullPixels.length > 0) for (const candidate of candidates) places.add(candidate);
  for (const group of fullGroups(input.fullPixels, residuals)) {
    const reach = 0.6 * group.breadth + 1.2 * fwhm;
    let strength = 0;
    const middleX = (group.left + group.right) / 2;
    const middleY = (group.top + group.bottom) / 2;
    const farthest = Math.hypot(group.right - group.left, group.bottom - group.top) / 2 + reach + 2 * fwhm;
    places.visit(middleX, middleY, farthest, (candidate) => {
      const { x, y } = candidate;
      const onColumn =
        x > group.left - fwhm && x < group.right + fwhm && y > group.top - fwhm && y < group.bottom + fwhm;
      const onCore = Math.hypot(x - group.x, y - group.y) < reach;
      if ((!onColumn && !onCore) || covered.has(candidate)) return;
      strength = Math.max(strength, candidate.strength);
      covered.add(candidate);
    });
    if (strength === 0) continue;
    const amplitude = hiddenAmplitude(residuals, psf, group, strength);
    if (!isLitAcross(residuals, psf, group, amplitude)) continue;
    const snr = amplitude * Math.sqrt(psf.model.sumOfSquares);
    const fit = { x: group.x, y: group.y, amplitude, snr, misfit: 1, pixels: 0, worstExcess: 0 };
    saturated.push({ fit, sky: 0, saturated: true, blended: false });
  }
  return { saturated, others: candidates.filter((candidate) => !covered.has(candidate)) };
}

/** Share of its height that a star must show beside its full pixels. */
const leastBeside = 0.3;

/**
 * False for hot pixels and hits that are full, with charge spilled along their column: across the columns, where nothing spills,
 * a star of that amplitude stands beside its full pixels as its profile says.
 */
function isLitAcross(residuals: ResidualFrame, psf: FramePsf, group: FullGroup, amplitude: number): boolean {
  const [x, y] = [Math.round(group.x), Math.round(group.y)];
  const first = Math.floor(group.breadth / 2) + 1;
  const reach = Math.max(1, Math.round(psf.shape.fwhm / 2));
  let top = 0;
  let bottom = 0;
  for (let aside = first; aside < first + reach; aside++) {
    const height = moffatValue(psf.moffat, aside, 0) / psf.moffatPeak;
    for (const value of [residuals.at(x - aside, y), residuals.at(x + aside, y)]) {
      if (Number.isNaN(value)) continue;
      top += height * value;
      bottom += height ** 2;
    }
  }
  return bottom === 0 || top > leastBeside * amplitude * bottom;
}

/** Leaves full pixels out; returns those that were not left out already. */
function hideFull(residuals: ResidualFrame, indices: Int32Array): Place[] {
  const hidden: Place[] = [];
  for (const index of indices) {
    const x = index % residuals.width;
    const y = Math.floor(index / residuals.width);
    if (Number.isNaN(residuals.at(x, y))) continue;
    residuals.hide(x, y, true);
    hidden.push({ x, y });
  }
  return hidden;
}

/**
 * Fits a saturated star by what is left of it beside its full pixels, and takes it off; one whose core is all full keeps
 * the height that was guessed and stays.
 */
function fitWings(starless: Starless, psf: FramePsf, star: DetectedStar): void {
  const { x, y, amplitude } = star.fit;
  const maxShift = 0.5 * psf.shape.fwhm + 1;
  const patch = starless.patch(x, y, psf.model.psf.radius + maxShift + 1);
  const fit = fitStar(patch, psf.model, x, y, 0, maxShift);
  if (fit === null || fit.amplitude < 0.5 * amplitude || fit.amplitude > 4 * amplitude) return;
  star.fit = fit;
  starless.take(star);
}

/** Height that a star must have for its profile to stand at the full level as far out as the group reaches. */
function hiddenAmplitude(
  residuals: ResidualFrame,
  psf: FramePsf,
  group: FullGroup,
  strength: number,
): number {
  const full = residuals.at(Math.round(group.x), Math.round(group.y));
  const least = strength / Math.sqrt(psf.model.sumOfSquares);
  if (!(full > 0)) return least;
  return Math.max(least, (full * psf.moffatPeak) / moffatValue(psf.moffat, group.breadth / 2, 0));
}

function fitInTurn(
  starless: Starless,
  psf: FramePsf,
  candidates: readonly Candidate[],
  saturated: readonly DetectedStar[],
): DetectedStar[] {
  const found: DetectedStar[] = [];
  const { fwhm } = psf.shape;
  const taken = new StarPlaces<Place>(starless.width, Math.max(4, fwhm));
  for (const star of saturated) taken.add(star.fit);
  for (const candidate of inTurn(candidates, starless.width, psf.ring.farRadius + psf.model.psf.radius)) {
    const star = fitCandidate(starless, psf, candidate);
    if (star === null || taken.hasWithin(star.fit.x, star.fit.y, Math.max(0.8, 0.45 * fwhm))) continue;
    starless.take(star);
    taken.add(star.fit);
    found.push(star);
  }
  return found;
}

/** The star at a candidate's place, or null when it is too faint or part of a line or a glow. */
function fitCandidate(starless: Starless, psf: FramePsf, place: Place): DetectedStar | null {
  const { model } = psf;
  const maxShift = Math.max(1.2, 0.6 * psf.shape.fwhm);
  const radius = maxShift + Math.max(psf.ring.radius, model.radius + 1);
  const patch = starless.patch(place.x, place.y, radius);
  let fit = fitStar(patch, model, place.x, place.y, 0, maxShift);
  if (fit === null || fit.snr < faintestSnr) return null;
  const { x, y } = fit;
  const farther = () => starless.patch(x, y, psf.ring.farRadius);
  const round = lookRound(patch, farther, psf.ring, psf.patchShare, fit);
  if (round.onLine || round.extended) return null;
  if (round.sky !== 0) {
    fit = fitStar(starless.patch(x, y, radius), model, fit.x, fit.y, round.sky, maxShift);
    if (fit === null || fit.snr < faintestSnr) return null;
  }
  return { fit, sky: round.sky, saturated: false, blended: false };
}

/** Marks stars that hold more than a twentieth of a neighbour's light within two FWHM. */
function markBlends(stars: readonly DetectedStar[], fwhm: number, width: number): void {
  const places = new StarPlaces<{ x: number; y: number; star: DetectedStar }>(width, Math.max(8, 2 * fwhm));
  for (const star of stars) places.add({ x: star.fit.x, y: star.fit.y, star });
  for (const star of stars)
    star.blended = places.visit(
      star.fit.x,
      star.fit.y,
      2 * fwhm,
      ({ star: other }) => other !== star && other.fit.amplitude > 0.05 * star.fit.amplitude,
    );
}
