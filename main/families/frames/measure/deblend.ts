/** Stars hidden beside brighter ones: what stands out once those are taken off. */
import type { DetectedStar } from './detected-star.ts';
import { addStar, fitStar, type StarFit } from './fit-star.ts';
import type { FramePsf } from './frame-psf.ts';
import type { Plane } from './maxima.ts';
import { StarPlaces } from './star-places.ts';

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

/**
 * Looks at what is left round every found star for a further one, adds it to `found` (the plane loses its light as well)
 * and fits both again. Works in rounds, since a third may hide beside the second.
 */
export function findHidden(plane: Plane, psf: FramePsf, found: DetectedStar[]): void {
  const places = new StarPlaces<{ x: number; y: number; star: DetectedStar }>(
    plane.width,
    Math.max(8, 2 * psf.shape.fwhm),
  );
  for (const star of found) places.add({ x: star.fit.x, y: star.fit.y, star });
  let hosts = found.slice();
  for (let round = 0; round < rounds && hosts.length > 0; round++) {
    const next: DetectedStar[] = [];
    for (const host of hosts) {
      if (host.fit.snr < leastHost) continue;
      const hidden = hiddenBeside(plane, psf, host);
      if (hidden === null) continue;
      if (
        places.within(hidden.fit.x, hidden.fit.y, closestPair * psf.shape.fwhm).some((p) => p.star !== host)
      ) {
        addStar(plane, psf.model.psf, hidden.fit, 1);
        continue;
      }
      found.push(hidden);
      places.add({ x: hidden.fit.x, y: hidden.fit.y, star: hidden });
      next.push(hidden, host);
    }
    hosts = next;
  }
}

function hiddenBeside(plane: Plane, psf: FramePsf, host: DetectedStar): DetectedStar | null {
  const peak = strongestBeside(plane, psf, host);
  if (peak === null) return null;
  const before = energyRound(plane, psf, host.fit.x, host.fit.y, host.sky);
  const start = host.fit;
  const pair = fitPair(plane, psf, host, peak);
  if (pair !== null) {
    const after = energyRound(plane, psf, start.x, start.y, host.sky);
    const apart = Math.hypot(pair.fit.x - host.fit.x, pair.fit.y - host.fit.y);
    const stands = pair.fit.snr > leastHidden && pair.fit.amplitude > leastShare * host.fit.amplitude;
    // A star takes the square of its SNR out of what is left; a misfit of the brighter one's profile does not.
    const explains = before - after > explainedShare * pair.fit.snr ** 2;
    if (stands && apart > closestPair * psf.shape.fwhm && explains) return pair;
    addStar(plane, psf.model.psf, pair.fit, 1);
  }
  addStar(plane, psf.model.psf, host.fit, 1);
  host.fit = start;
  addStar(plane, psf.model.psf, start, -1);
  return null;
}

/** Fits both in turn, each with the other taken off; leaves both taken off. Null (host alone taken off) on failure. */
function fitPair(
  plane: Plane,
  psf: FramePsf,
  host: DetectedStar,
  peak: { x: number; y: number },
): DetectedStar | null {
  const { model } = psf;
  const maxShift = Math.max(1, 0.7 * psf.shape.fwhm);
  let second: StarFit | null = null;
  for (let turn = 0; turn < 5; turn++) {
    if (second !== null) addStar(plane, model.psf, second, 1);
    const from: { x: number; y: number } = second ?? peak;
    const again: StarFit | null = fitStar(plane, model, from.x, from.y, host.sky, maxShift);
    if (again === null || !(again.amplitude > 0)) return null;
    second = again;
    addStar(plane, model.psf, second, -1);
    addStar(plane, model.psf, host.fit, 1);
    host.fit = fitStar(plane, model, host.fit.x, host.fit.y, host.sky, maxShift) ?? host.fit;
    addStar(plane, model.psf, host.fit, -1);
  }
  return second === null ? null : { fit: second, sky: host.sky, saturated: false, blended: true };
}

/** Sum of squares of what is left round a place. */
function energyRound(plane: Plane, psf: FramePsf, x: number, y: number, sky: number): number {
  const radius = 1.5 * psf.reach;
  let sum = 0;
  for (let j = Math.max(0, Math.ceil(y - radius)); j <= Math.min(plane.height - 1, y + radius); j++)
    for (let i = Math.max(0, Math.ceil(x - radius)); i <= Math.min(plane.width - 1, x + radius); i++) {
      const value = plane.values[j * plane.width + i];
      if (!Number.isNaN(value)) sum += (value - sky) ** 2;
    }
  return sum;
}

/** Strongest smoothed remainder within 1.8 FWHM of a star, if it may be one of SNR 8 and more. */
function strongestBeside(plane: Plane, psf: FramePsf, host: DetectedStar): { x: number; y: number } | null {
  const kernel = psf.kernel;
  const reach = kernel.length >> 1;
  const radius = Math.ceil(1.8 * psf.reach);
  const side = 2 * radius + 1;
  const left = Math.round(host.fit.x) - radius;
  const top = Math.round(host.fit.y) - radius;
  const rows = new Float32Array(side * (side + 2 * reach));
  for (let j = 0; j < side + 2 * reach; j++)
    for (let i = 0; i < side; i++) {
      let sum = 0;
      for (let k = -reach; k <= reach; k++)
        sum += kernel[k + reach] * valueAt(plane, left + i + k, top + j - reach, host.sky);
      rows[j * side + i] = sum;
    }
  const least = Math.max(0.6 * leastHidden, 0.5 * leastShare * host.fit.snr);
  let best = least;
  let place: { x: number; y: number } | null = null;
  for (let j = 0; j < side; j++)
    for (let i = 0; i < side; i++) {
      let sum = 0;
      for (let k = 0; k < kernel.length; k++) sum += kernel[k] * rows[(j + k) * side + i];
      if (sum <= best) continue;
      best = sum;
      place = { x: left + i, y: top + j };
    }
  return place;
}

function valueAt(plane: Plane, x: number, y: number, sky: number): number {
  if (x < 0 || y < 0 || x >= plane.width || y >= plane.height) return 0;
  const value = plane.values[y * plane.width + x];
  return Number.isNaN(value) ? 0 : value - sky;
}
