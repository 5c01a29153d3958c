/** The level at which pixels fill where no value is shared: a full well still has the shot noise of its charge. */
import type { StoredFrame } from '../stored-frame.ts';
import { samplesOf } from '../stored-frame.ts';
import { madSigmaOf, medianOf } from './robust.ts';
import type { Saturation } from './saturation.ts';

/** Fainter pixels than this share of the brightest are not looked at. */
const leastShare = 0.1;
/** A pixel lies on a plateau when so many of its eight neighbours differ by no more than this share of its light. */
const plateauNeighbours = 3;
const flatWithin = 0.03;
/** Bins of the plateau's light, natural log, and how many of them a full well fills. */
const binWidth = 0.01;
const wellBins = 6;
const bins = Math.ceil(-Math.log(leastShare) / binWidth);
/** A pile-up: so many pixels on so many stars, and so many times what lies within the same breadth below it. */
const leastPixels = 12;
const leastStars = 4;
const starsApart = 24;
const surplus = 4;
/** How far below the pile-up's middle its pixels reach: sigmas of its scatter, and least and greatest shares of its light. */
const reachSigmas = 4;
const reachShares = { least: 0.003, greatest: 0.06 };

/**
 * Saturation by the pile-up that full star cores make: many flat-topped stars of one height, few brighter pixels and few
 * just below. A frame whose stars are unsaturated has flat tops, if it has any, at as many heights as stars. `known` is
 * what the header or a shared greatest value says; it stands unless a lower level is found. `bright` are the
 * indices of the pixels well above the sky, `sky` its typical level.
 */
export function withFullWell(
  frame: StoredFrame,
  known: Saturation,
  bright: Int32Array,
  sky: number,
): Saturation {
  const samples = samplesOf(frame);
  const offset = frame.zero - sky;
  const light = (index: number) => samples[index] * frame.scale + offset;
  const pile = pileUpOf(plateausOf(frame, bright, light), frame.width);
  if (pile === null) return known;
  const lights = pile.map((plateau) => plateau.light);
  const middle = medianOf(lights);
  const share = (reachSigmas * madSigmaOf(lights, middle)) / middle;
  const lowest = middle * (1 - Math.max(reachShares.least, Math.min(reachShares.greatest, share)));
  // A clip that is known has no scatter and needs none of this.
  if (!(lowest < (1 - flatWithin) * (known.level - sky))) return known;
  const indices = bright.filter((index) => light(index) >= lowest);
  return { ...known, level: sky + lowest, fraction: indices.length / known.valid, indices };
}

interface Plateau {
  readonly index: number;
  readonly light: number;
}

function plateausOf(frame: StoredFrame, bright: Int32Array, light: (index: number) => number): Plateau[] {
  const { width, validRows } = frame;
  let greatest = 0;
  for (let k = 0; k < bright.length; k++) {
    const own = light(bright[k]);
    if (own > greatest) greatest = own;
  }
  const around = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1];
  const plateaus: Plateau[] = [];
  for (let k = 0; k < bright.length; k++) {
    const index = bright[k];
    const own = light(index);
    if (!(own > leastShare * greatest)) continue;
    const x = index % width;
    if (x === 0 || x === width - 1 || index < width || index >= (validRows - 1) * width) continue;
    let like = 0;
    for (const step of around) if (Math.abs(light(index + step) - own) < flatWithin * own) like++;
    if (like >= plateauNeighbours) plateaus.push({ index, light: own });
  }
  return plateaus;
}

/** The plateau pixels of the strongest pile-up, or null where there is none. */
function pileUpOf(plateaus: readonly Plateau[], width: number): Plateau[] | null {
  if (plateaus.length < leastPixels) return null;
  const greatest = plateaus.reduce((most, { light }) => Math.max(most, light), 0);
  const binOf = ({ light }: Plateau) => Math.floor(Math.log(greatest / light) / binWidth);
  /** Pixels in all bins before each, brightest first. */
  const before = new Float64Array(bins + 3 * wellBins + 1);
  for (const plateau of plateaus) before[binOf(plateau) + 1]++;
  for (let bin = 1; bin < before.length; bin++) before[bin] += before[bin - 1];
  let best = -1;
  let most = 0;
  for (let bin = 0; bin < bins; bin++) {
    const inside = before[bin + wellBins] - before[bin];
    const below = (before[bin + 3 * wellBins] - before[bin + wellBins]) / 2;
    if (inside <= most || inside < surplus * Math.max(below, before[bin])) continue;
    most = inside;
    best = bin;
  }
  if (most < leastPixels) return null;
  const pile = plateaus.filter((plateau) => {
    const bin = binOf(plateau) - best;
    return bin >= 0 && bin < wellBins;
  });
  return areManyStars(pile, width) ? pile : null;
}

function areManyStars(pile: readonly Plateau[], width: number): boolean {
  const stars: { x: number; y: number }[] = [];
  for (const { index } of pile) {
    const x = index % width;
    const y = Math.floor(index / width);
    if (stars.some((star) => Math.abs(star.x - x) < starsApart && Math.abs(star.y - y) < starsApart))
      continue;
    stars.push({ x, y });
    if (stars.length >= leastStars) return true;
  }
  return false;
}
