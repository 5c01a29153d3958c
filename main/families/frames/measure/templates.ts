/** Which stars a frame's point-spread function is made from. */

import { fitMoffat, type MoffatFit, type MoffatStar, moffatFwhm, roundMoffat } from './moffat.ts';
import { patchValue } from './patch.ts';
import type { ResidualFrame } from './residual-frame.ts';
import { medianOf } from './robust.ts';
import { type BrightSpot, recentre } from './star-scale.ts';
import { annulusReach, annulusSky, ringShare } from './star-sky.ts';

export interface PsfInput {
  readonly source: ResidualFrame;
  readonly parity: -1 | 0 | 1;
  /** Strongest first. */
  readonly spots: readonly BrightSpot[];
  /** True where a pixel is too bright to trust; by index. */
  readonly isSaturated: (index: number) => boolean;
}

export interface TemplateStars {
  /** Profile of the strongest of them. */
  readonly moffat: MoffatFit;
  /** All that are fit to take part, strongest first, the strongest at their fitted places. */
  readonly stars: readonly MoffatStar[];
}

/** Gaussian: FWHM over sigma. */
export const fwhmPerSigma = 2 * Math.sqrt(2 * Math.LN2);

const mostTemplates = 120;
const mostFitted = 30;
const pixelBudget = 40_000;
/** Width of a class of sizes, as a ratio. */
const sizeClass = 1.45;
/** Narrower profiles, before the pixel widens them, are hits: a star of 1.3 px as sampled has 0.9 px. */
const narrowestFwhm = 0.7;
/** A star's profile may differ from the common one by this share of its peak and still count as the same. */
const sameProfile = 0.08;
/** Stars whose misfits are below this agree; others are fitted again while that brings them nearer to each other. */
const unlike = 0.02;
const mostRounds = 3;

/**
 * The star-like spots of one size that agree on a profile. Several sizes are tried, since in a storm of cosmic rays or
 * among knots of a nebula the stars may be few: the size whose spots agree most wins. Null when there are no stars.
 */
export function chooseTemplates(input: PsfInput): TemplateStars | null {
  let best: { result: TemplateStars; agreeing: number } | null = null;
  for (const sigma of likelySizes(input.spots)) {
    const result = templatesOfSize(input, sigma);
    if (result === null) continue;
    const { stars } = result.moffat;
    const limit = Math.max(sameProfile, 3 / medianOf(stars.map((star) => star.amplitude)));
    const agreeing = stars.filter((star) => star.misfit < limit).length;
    if (best === null || agreeing > 1.3 * best.agreeing) best = { result, agreeing };
    if (best.agreeing >= 20 && best.agreeing > 0.7 * best.result.moffat.stars.length) break;
  }
  return best === null ? null : best.result;
}

/** Up to four sizes that many of the stronger spots share, the commonest first. */
function likelySizes(spots: readonly BrightSpot[]): number[] {
  const considered = spots.slice(0, 600).filter((spot) => spot.strength >= 10);
  const classes = new Map<number, { count: number; sum: number }>();
  for (const spot of considered) {
    const key = Math.round(Math.log(spot.sigma) / Math.log(sizeClass));
    const entry = classes.get(key) ?? { count: 0, sum: 0 };
    entry.count++;
    entry.sum += Math.log(spot.sigma);
    classes.set(key, entry);
  }
  return [...classes.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, 4)
    .map((entry) => Math.exp(entry.sum / entry.count));
}

function templatesOfSize(input: PsfInput, sigma: number): TemplateStars | null {
  const fwhm = sigma * fwhmPerSigma;
  const chosen = pickStars(input, sigma, fwhm);
  if (chosen.length === 0) return null;
  const radius = Math.max(2.5, 1.3 * fwhm);
  const { source, parity } = input;
  let fit = fitMoffat({
    source,
    parity,
    stars: chosen.slice(0, mostFitted),
    start: roundMoffat(fwhm, 3),
    radius,
    iterations: 10,
  });
  if (fit === null) return null;
  const share = ringShare(fit.shape, fwhm);
  let agreeing = withoutWings(agreeingStars(fit.stars), share);
  for (let round = 0; round < mostRounds; round++) {
    const before = typicalMisfit(agreeing);
    const again = fitMoffat({ source, parity, stars: agreeing, start: fit.shape, radius, iterations: 6 });
    if (again === null) break;
    fit = again;
    // The bright ones were not like the rest: once more, by what the rest has in common.
    if (!(before > unlike && typicalMisfit(again.stars) < 0.8 * before)) break;
    agreeing = agreeingStars(again.stars);
  }
  const size = moffatFwhm(fit.shape);
  if (!(size > narrowestFwhm && size < 4 * fwhm)) return null;
  return { moffat: fit, stars: [...fit.stars, ...withoutWings(chosen.slice(mostFitted), share)] };
}

/** The stars with the light of their own wings taken out of their sky. */
function withoutWings(stars: readonly MoffatStar[], share: number): MoffatStar[] {
  return stars.map((star) => ({ ...star, sky: star.sky - share * star.amplitude }));
}

function typicalMisfit(stars: readonly MoffatStar[]): number {
  return medianOf(stars.map((star) => star.misfit));
}

function agreeingStars(stars: readonly MoffatStar[]): MoffatStar[] {
  if (stars.length < 4) return [...stars];
  const typical = typicalMisfit(stars);
  const kept = stars.filter((star) => star.misfit <= Math.max(0.03, 2.5 * typical));
  return kept.length >= 3 ? kept : [...stars];
}

function pickStars(input: PsfInput, sigma: number, fwhm: number): MoffatStar[] {
  const { source, spots } = input;
  const reach = Math.max(3, 1.75 * fwhm);
  const picked: MoffatStar[] = [];
  const budget = Math.max(12, Math.min(mostTemplates, Math.round(pixelBudget / (4 * reach * reach))));
  const edge = reach + 1;
  for (const spot of spots) {
    if (picked.length >= budget) break;
    if (spot.strength < 12 || spot.sigma > 1.6 * sigma || spot.sigma < sigma / 1.6) continue;
    if (
      spot.x < edge ||
      spot.y < edge ||
      spot.x > source.width - 1 - edge ||
      spot.y > source.height - 1 - edge
    )
      continue;
    if (!isLone(spot, spots, fwhm) || touchesSaturation(input, spot, fwhm)) continue;
    const { x, y } = recentre(source, { ...spot, sigma });
    const patch = source.patch(x, y, annulusReach(fwhm));
    const sky = annulusSky(patch, x, y, fwhm);
    const amplitude = patchValue(patch, Math.round(x), Math.round(y)) - sky;
    if (amplitude > 3) picked.push({ x, y, amplitude, sky, misfit: 0 });
  }
  return picked;
}

function isLone(spot: BrightSpot, spots: readonly BrightSpot[], fwhm: number): boolean {
  const reach = 2.5 * fwhm + 2;
  return !spots.some(
    (other) =>
      other !== spot &&
      other.strength > 0.06 * spot.strength &&
      Math.abs(other.x - spot.x) < reach &&
      Math.abs(other.y - spot.y) < reach,
  );
}

function touchesSaturation(input: PsfInput, spot: BrightSpot, fwhm: number): boolean {
  const reach = Math.ceil(fwhm);
  const patch = input.source.patch(Math.round(spot.x), Math.round(spot.y), reach);
  for (let y = patch.top; y < patch.bottom; y++)
    for (let x = patch.left; x < patch.right; x++)
      if (Number.isNaN(patchValue(patch, x, y)) || input.isSaturated(y * input.source.width + x)) return true;
  return false;
}
