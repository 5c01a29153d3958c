/** Stars hidden beside brighter ones: what stands out once those are taken off. */
import type { DetectedStar } from './detected-star.ts';
import { addStar, fitStar, type StarFit } from './fit-star.ts';
import type { FramePsf } from './frame-psf.ts';
import type { Patch } from './patch.ts';
import { StarPlaces } from './star-places.ts';
import type { Starless } from './starless.ts';

/** Stars fainter than this hide no other that would count. */
const leastHost = 12;
const leastHidden = 8;
/** Beside a bright star the misfit of its profile looks like a faint neighbour: only more than this share counts. */
const leastShare = 0.02;
/** Share of a star's squared SNR that must vanish from what is left when it is taken off. */
const explainedShare = 0.5;
/** Closest pair that is told apart, FWHM. */
const closestPair = 0.62;
const rounds = 4;
/** How far round a star a hidden one is looked for, and what is left is summed up, FWHM. */
const searched = 1.8;
const summed = 1.5;

/**
 * Looks at what is left round every found star for a further one, adds it to `found` (it is taken off as well) and fits
 * both again. Works in rounds, since a third may hide beside the second.
 */
export function findHidden(starless: Starless, psf: FramePsf, found: DetectedStar[]): void {
  const places = new StarPlaces<{ x: number; y: number; star: DetectedStar }>(
    starless.width,
    Math.max(8, 2 * psf.shape.fwhm),
  );
  for (const star of found) places.add({ x: star.fit.x, y: star.fit.y, star });
  let hosts = found.slice();
  for (let round = 0; round < rounds && hosts.length > 0; round++) {
    const next: DetectedStar[] = [];
    for (const host of hosts) {
      if (host.fit.snr < leastHost) continue;
      const before = host.fit;
      const hidden = hiddenBeside(starless, psf, host);
      if (hidden === null) continue;
      const { x, y } = hidden.fit;
      if (places.visit(x, y, closestPair * psf.shape.fwhm, (place) => place.star !== host)) {
        host.fit = before;
        continue;
      }
      found.push(hidden);
      starless.take(hidden);
      places.add({ x, y, star: hidden });
      next.push(hidden, host);
    }
    hosts = next;
  }
}

/** The host is left with its new fit when there is a hidden star, and as it was when there is none. */
function hiddenBeside(starless: Starless, psf: FramePsf, host: DetectedStar): DetectedStar | null {
  const { model } = psf;
  const start = host.fit;
  const core = starless.patch(start.x, start.y, summed * psf.reach + 1);
  const before = energyRound(core, psf, start.x, start.y, host.sky);
  // A star takes the square of its SNR out of what is left; a misfit of the brighter one's profile does not.
  const least = explainedShare * leastHidden ** 2;
  if (before.sum < before.pixels - 0.5 * Math.sqrt(before.pixels) + least) return null;
  const radius = Math.ceil(searched * psf.reach) + Math.max(psf.kernel.length >> 1, model.psf.radius) + 1;
  const patch = starless.patch(start.x, start.y, radius);
  const peak = strongestBeside(patch, psf, host);
  if (peak === null) return null;
  const pair = fitPair(patch, psf, host, peak);
  if (pair !== null) {
    const after = energyRound(patch, psf, start.x, start.y, host.sky);
    const apart = Math.hypot(pair.fit.x - host.fit.x, pair.fit.y - host.fit.y);
    const stands = pair.fit.snr > leastHidden && pair.fit.amplitude > leastShare * host.fit.amplitude;
    const explains = before.sum - after.sum > explainedShare * pair.fit.snr ** 2;
    if (stands && apart > closestPair * psf.shape.fwhm && explains) return pair;
  }
  host.fit = start;
  return null;
}

/** Fits both in turn, each with the other taken off; leaves both taken off the patch. Null on failure. */
function fitPair(
  patch: Patch,
  psf: FramePsf,
  host: DetectedStar,
  peak: { x: number; y: number },
): DetectedStar | null {
  const { model } = psf;
  const maxShift = Math.max(1, 0.7 * psf.shape.fwhm);
  let second: StarFit | null = null;
  for (let turn = 0; turn < 5; turn++) {
    if (second !== null) addStar(patch, model, second, 1);
    const from: { x: number; y: number } = second ?? peak;
    const again: StarFit | null = fitStar(patch, model, from.x, from.y, host.sky, maxShift);
    if (again === null || !(again.amplitude > 0)) return null;
    second = again;
    addStar(patch, model, second, -1);
    addStar(patch, model, host.fit, 1);
    host.fit = fitStar(patch, model, host.fit.x, host.fit.y, host.sky, maxShift) ?? host.fit;
    addStar(patch, model, host.fit, -1);
  }
  return second === null ? null : { fit: second, sky: host.sky, saturated: false, blended: true };
}

/** Sum of squares of what is left round a place, and over how many pixels. */
function energyRound(patch: Patch, psf: FramePsf, x: number, y: number, sky: number) {
  const radius = summed * psf.reach;
  const bottom = Math.min(patch.bottom - 1, y + radius);
  const right = Math.min(patch.right - 1, x + radius);
  let sum = 0;
  let pixels = 0;
  for (let j = Math.max(patch.top, Math.ceil(y - radius)); j <= bottom; j++) {
    const base = (j - patch.top) * patch.width - patch.left;
    for (let i = Math.max(patch.left, Math.ceil(x - radius)); i <= right; i++) {
      const value = patch.values[base + i] - sky;
      if (Number.isNaN(value)) continue;
      sum += value * value;
      pixels++;
    }
  }
  return { sum, pixels };
}

let cleanRoom = new Float64Array(0);
let rowsRoom = new Float64Array(0);

/** Strongest smoothed remainder within 1.8 FWHM of a star, if it may be one of SNR 8 and more. */
function strongestBeside(patch: Patch, psf: FramePsf, host: DetectedStar): { x: number; y: number } | null {
  const { kernel } = psf;
  const reach = kernel.length >> 1;
  const radius = Math.ceil(searched * psf.reach);
  const side = 2 * radius + 1;
  const wide = side + 2 * reach;
  const left = Math.round(host.fit.x) - radius;
  const top = Math.round(host.fit.y) - radius;
  if (cleanRoom.length < wide * wide) cleanRoom = new Float64Array(wide * wide);
  if (rowsRoom.length < wide * side) rowsRoom = new Float64Array(wide * side);
  const [clean, rows] = [cleanRoom, rowsRoom];
  copyClean(patch, left - reach, top - reach, wide, host.sky, clean);
  for (let j = 0; j < wide; j++)
    for (let i = 0; i < side; i++) {
      const at = j * wide + i + reach;
      let sum = kernel[reach] * clean[at];
      for (let k = 1; k <= reach; k++) sum += kernel[reach + k] * (clean[at - k] + clean[at + k]);
      rows[j * side + i] = sum;
    }
  let best = Math.max(0.6 * leastHidden, 0.5 * leastShare * host.fit.snr);
  let place: { x: number; y: number } | null = null;
  for (let j = 0; j < side; j++)
    for (let i = 0; i < side; i++) {
      const at = (j + reach) * side + i;
      let sum = kernel[reach] * rows[at];
      for (let k = 1; k <= reach; k++) sum += kernel[reach + k] * (rows[at - k * side] + rows[at + k * side]);
      if (sum <= best) continue;
      best = sum;
      place = { x: left + i, y: top + j };
    }
  return place;
}

/** A square of the patch without its sky; 0 where it is undefined and outside. */
function copyClean(
  patch: Patch,
  left: number,
  top: number,
  side: number,
  sky: number,
  out: Float64Array,
): void {
  out.fill(0, 0, side * side);
  const first = Math.max(0, patch.left - left);
  const end = Math.min(side, patch.right - left);
  const bottom = Math.min(side, patch.bottom - top);
  for (let j = Math.max(0, patch.top - top); j < bottom; j++) {
    const from = (top + j - patch.top) * patch.width + left - patch.left;
    for (let i = first; i < end; i++) {
      const value = patch.values[from + i] - sky;
      out[j * side + i] = Number.isNaN(value) ? 0 : value;
    }
  }
}
