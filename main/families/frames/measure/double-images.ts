/** Frames on which every star is seen twice: the telescope was bumped during the exposure. */
import {
  fitMoffat,
  type MoffatShape,
  type MoffatStar,
  moffatFwhm,
  moffatValue,
  roundMoffat,
  type SecondImage,
} from './moffat.ts';
import { keepPatch, type Patch, patchValue } from './patch.ts';
import type { ResidualFrame } from './residual-frame.ts';
import { medianOf, selectInPlace } from './robust.ts';
import type { BrightSpot } from './star-scale.ts';
import { annulusReach, annulusSky } from './star-sky.ts';
import { fwhmPerSigma, type PsfInput, type TemplateStars } from './templates.ts';

export interface DoubleImages {
  readonly templates: TemplateStars;
  readonly second: SecondImage;
  /** Share of the stars looked at that show it. */
  readonly agreeing: number;
}

/** Stars looked at, and the fewest that say anything. */
const mostStars = 40;
const fewestStars = 5;
const leastStrength = 25;
/** A second image is looked for from this far to this far, in FWHM. */
const nearest = 0.6;
const farthest = 3.6;
/** Least height of a second image over the first. */
const leastShare = 0.1;
/** Two images must leave less than this share of the misfit that one leaves. */
const improvement = 0.5;
/** An almost equal pair closer than this, FWHM, is a trailed star rather. */
const equalShare = 0.75;
const equalDistance = 1.15;
/** Longest image along the shift over its width. */
const mostStretch = 1.35;

/** The double image that most bright stars share, with the stars fitted by it; null when there is none. */
export function findDoubleImages(input: PsfInput, single: TemplateStars): DoubleImages | null {
  const fwhm = singleFwhm(input, single);
  const stars = pickPrimaries(input, fwhm);
  if (stars.length < fewestStars) return null;
  const start = strongestBeside(input.source, stars, fwhm);
  if (start === null) return null;
  const radius = 1.3 * fwhm + Math.hypot(start.dx, start.dy);
  const common = { source: input.source, parity: input.parity, radius, iterations: 12 };
  const oriented = stars.map((star) => orient(input.source, star, start));
  const one = fitMoffat({ ...common, stars: oriented, start: roundMoffat(fwhm, 3) });
  const two = fitMoffat({ ...common, stars: oriented, start: { ...roundMoffat(fwhm, 3), second: start } });
  const second = two?.shape.second;
  if (one === null || two === null || second === undefined) return null;
  const limit = improvement * medianOf(one.stars.map((star) => star.misfit));
  const agreeing = two.stars.filter((star) => star.misfit < Math.max(limit, 0.03));
  const typical = medianOf(two.stars.map((star) => star.misfit));
  if (!(typical < limit) || !isSecondImage(second, moffatFwhm(two.shape))) return null;
  if (stretchAlong(two.shape, second) > mostStretch) return null;
  if (agreeing.length < Math.max(fewestStars, 0.5 * two.stars.length)) return null;
  // The shape once more, from those alone: field stars beside the others widened it.
  const clean = fitMoffat({ ...common, stars: cleanest(agreeing), start: two.shape });
  const shape = clean?.shape ?? two.shape;
  const templates = { moffat: { shape, stars: agreeing }, stars: agreeing };
  return { templates, second: shape.second ?? second, agreeing: agreeing.length / two.stars.length };
}

/** The better half of the stars, five at least. */
function cleanest(stars: readonly MoffatStar[]): MoffatStar[] {
  const sorted = [...stars].sort((a, b) => a.misfit - b.misfit);
  return sorted.slice(0, Math.max(fewestStars, Math.ceil(stars.length / 2)));
}

function isSecondImage(second: SecondImage, fwhm: number): boolean {
  const apart = Math.hypot(second.dx, second.dy) / fwhm;
  if (second.share < leastShare || apart < nearest || apart > farthest + 0.5) return false;
  const share = Math.min(second.share, 1 / second.share);
  return share < equalShare || apart > equalDistance;
}

/** How much longer one image is along the shift than across it: two halves of a trailed star are long. */
function stretchAlong({ p, q, r }: MoffatShape, { dx, dy }: SecondImage): number {
  const along = p * dx * dx + q * dy * dy + 2 * r * dx * dy;
  const across = p * dy * dy + q * dx * dx - 2 * r * dx * dy;
  return Math.sqrt(across / Math.max(1e-12, along));
}

/** FWHM across the narrow direction: of two images in one, that of a single one. */
function singleFwhm(input: PsfInput, single: TemplateStars): number {
  const { p, q, r, beta } = single.moffat.shape;
  const mean = (p + q) / 2;
  const steepest = mean + Math.hypot((p - q) / 2, r);
  const narrow = 2 * Math.sqrt((2 ** (1 / beta) - 1) / steepest);
  const spots = input.spots
    .filter((spot) => spot.strength > leastStrength)
    .map((spot) => spot.sigma * fwhmPerSigma);
  const usual = medianOf(spots.slice(0, 100));
  return Math.max(1, Math.min(narrow, Number.isNaN(usual) ? narrow : usual));
}

function pickPrimaries(input: PsfInput, fwhm: number): MoffatStar[] {
  const { source, spots } = input;
  const edge = (farthest + 1.5) * fwhm;
  const picked: MoffatStar[] = [];
  for (const spot of spots) {
    if (picked.length >= mostStars) break;
    if (spot.strength < leastStrength || spot.sigma > 3 * fwhm) continue;
    const { x, y } = spot;
    if (x < edge || y < edge || x > source.width - 1 - edge || y > source.height - 1 - edge) continue;
    if (outshone(spot, spots, 1.2 * farthest * fwhm) || nearFull(input, spot, farthest * fwhm)) continue;
    const patch = source.patch(x, y, annulusReach(2 * fwhm));
    const sky = annulusSky(patch, x, y, 2 * fwhm);
    const amplitude = patchValue(patch, Math.round(x), Math.round(y)) - sky;
    if (amplitude > 5) picked.push({ x, y, amplitude, sky, misfit: 0 });
  }
  return picked;
}

/** Spots are sorted by strength: only the stronger ones before it matter. */
function outshone(spot: BrightSpot, spots: readonly BrightSpot[], reach: number): boolean {
  for (const other of spots) {
    if (other === spot) return false;
    if (Math.hypot(other.x - spot.x, other.y - spot.y) < reach) return true;
  }
  return false;
}

function nearFull(input: PsfInput, spot: BrightSpot, reach: number): boolean {
  const { width, height } = input.source;
  for (let y = Math.max(0, Math.floor(spot.y - reach)); y <= Math.min(height - 1, spot.y + reach); y++)
    for (let x = Math.max(0, Math.floor(spot.x - reach)); x <= Math.min(width - 1, spot.x + reach); x++)
      if (input.isSaturated(y * width + x)) return true;
  return false;
}

/** Of the light round each star the level that three in ten exceed: half of equal pairs are seen from their other end. */
const upperShare = 0.7;

/**
 * Where most stars have further light, and how high it is: the stars are stacked by a high quantile, in which field
 * stars vanish, and the middle's own profile is taken off.
 */
function strongestBeside(
  source: ResidualFrame,
  stars: readonly MoffatStar[],
  fwhm: number,
): SecondImage | null {
  const step = Math.max(0.5, fwhm / 4);
  const half = Math.ceil((farthest * fwhm) / step);
  const profile = roundMoffat(fwhm, 2.5);
  const peak = moffatValue(profile, 0, 0);
  const column = new Float64Array(stars.length);
  const patches = stars.map(({ x, y }) => keepPatch(source.patch(x, y, farthest * fwhm + 2)));
  let best: SecondImage | null = null;
  for (let b = -half; b <= half; b++)
    for (let a = -half; a <= half; a++) {
      const dx = a * step;
      const dy = b * step;
      const distance = Math.hypot(dx, dy);
      if (distance < nearest * fwhm || distance > farthest * fwhm) continue;
      let count = 0;
      for (let k = 0; k < stars.length; k++) {
        const star = stars[k];
        const value = (between(patches[k], star.x + dx, star.y + dy) - star.sky) / star.amplitude;
        if (!Number.isNaN(value)) column[count++] = value;
      }
      if (count < fewestStars) continue;
      const share =
        selectInPlace(column, count, Math.floor(upperShare * count)) - moffatValue(profile, dx, dy) / peak;
      if (share > leastShare * 0.7 && (best === null || share > best.share))
        best = { dx, dy, share: Math.min(1, share) };
    }
  return best;
}

/** The star seen from its brighter end. */
function orient(source: ResidualFrame, star: MoffatStar, second: SecondImage): MoffatStar {
  const patch = source.patch(star.x, star.y, Math.hypot(second.dx, second.dy) + 2);
  const ahead = between(patch, star.x + second.dx, star.y + second.dy);
  const behind = between(patch, star.x - second.dx, star.y - second.dy);
  if (!(behind > ahead) || second.share < 0.5) return star;
  return { ...star, x: star.x - second.dx, y: star.y - second.dy, amplitude: behind - star.sky };
}

function between(patch: Patch, x: number, y: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  if (i < patch.left || j < patch.top || i + 1 >= patch.right || j + 1 >= patch.bottom) return Number.NaN;
  const u = x - i;
  const v = y - j;
  const at = (j - patch.top) * patch.width + i - patch.left;
  const { values, width } = patch;
  const upper = values[at] * (1 - u) + values[at + 1] * u;
  const lower = values[at + width] * (1 - u) + values[at + width + 1] * u;
  return upper * (1 - v) + lower * v;
}
