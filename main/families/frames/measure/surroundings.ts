/** What lies round a place where a star may be: sky, a line that runs through it, or more of the same glow. */
import type { Patch } from './patch.ts';
import { type SplinePsf, splineValue } from './spline-psf.ts';

export interface Surroundings {
  /** Level of the sky there, in sigmas; 0 unless it differs from 0 by more than its error allows. */
  readonly sky: number;
  /** True when light goes on in two opposite directions as only a line's does: a spike, a trail, a bleeding column. */
  readonly onLine: boolean;
  /** True when the light falls off more slowly than a star's on most sides. */
  readonly extended: boolean;
}

/** Patches looked at: this many directions (even), at two distances in FWHM. */
const directions = 24;
const innerDistance = 1.35;
const outerDistance = 2.2;
const farDistance = 3;
/** Share of the star's own brightness at which what goes on beside it is no longer a neighbour's chance light. */
const lineShare = 0.3;
const endShare = 0.6;
const glowShare = 0.3;

const inner = new Float64Array(directions);
const outer = new Float64Array(directions);
const sorted = new Float64Array(directions);
const cosines = Float64Array.from({ length: directions }, (_, k) => Math.cos((2 * Math.PI * k) / directions));
const sines = Float64Array.from({ length: directions }, (_, k) => Math.sin((2 * Math.PI * k) / directions));

/** Places looked at round a star of the frame's profile, made once for each profile. */
export interface RingPlan {
  /** FWHM along the long axis, px. */
  readonly reach: number;
  /** Half width of the patches whose means are taken, px. */
  readonly half: number;
  /** Light of a unit star at the inner places. */
  readonly own: Float64Array;
  /** Half width of the patches of the frame that are needed: usually, and by lines; px. */
  readonly radius: number;
  readonly farRadius: number;
}

export function ringPlan(psf: SplinePsf, fwhm: number, reach: number): RingPlan {
  const half = Math.max(0, Math.round(0.3 * fwhm));
  const own = cosines.map((cosine, k) =>
    splineValue(psf, innerDistance * reach * cosine, innerDistance * reach * sines[k]),
  );
  return {
    reach,
    half,
    own,
    radius: outerDistance * reach + half + 0.5,
    farRadius: farDistance * reach + half + 0.5,
  };
}

/**
 * Looks round (x, y) in a patch from which brighter stars were taken off; `amplitude` is the star's own, `patchShare` the
 * mean of a unit star over its central patch. `farther` gives the larger patch that is seldom needed.
 */
export function lookRound(
  patch: Patch,
  farther: () => Patch,
  plan: RingPlan,
  patchShare: number,
  { x, y, amplitude }: { readonly x: number; readonly y: number; readonly amplitude: number },
): Surroundings {
  const { reach, half, own } = plan;
  for (let k = 0; k < directions; k++) {
    const dx = reach * cosines[k];
    const dy = reach * sines[k];
    inner[k] = patchMean(patch, x + innerDistance * dx, y + innerDistance * dy, half) - amplitude * own[k];
    outer[k] = patchMean(patch, x + outerDistance * dx, y + outerDistance * dy, half);
  }
  const found = finiteMedian(outer);
  const error = 1.25 / Math.sqrt(directions * (2 * half + 1) ** 2);
  const sky = Math.abs(found) > 3 * error ? found : 0;
  const core = Math.max(0, amplitude - sky) * patchShare;
  const onLine = runsThrough(core, sky) || endsHere(farther, x, y, plan, core, sky);
  return { sky, onLine, extended: finiteMedian(inner) - sky > glowShare * core };
}

function runsThrough(core: number, sky: number): boolean {
  for (let k = 0; k < directions / 2; k++) {
    const opposite = k + directions / 2;
    const least = Math.min(inner[k], inner[opposite], outer[k], outer[opposite]);
    if (least - sky > lineShare * core) return true;
  }
  return false;
}

/** The end of a line or of a dash: to one side light goes on almost as bright as here, at three distances. */
function endsHere(
  farther: () => Patch,
  x: number,
  y: number,
  { reach, half }: RingPlan,
  core: number,
  sky: number,
): boolean {
  let patch: Patch | null = null;
  for (let k = 0; k < directions; k++) {
    if (!(inner[k] - sky > endShare * core && outer[k] - sky > endShare * core)) continue;
    patch ??= farther();
    const dx = farDistance * reach * cosines[k];
    const dy = farDistance * reach * sines[k];
    if (patchMean(patch, x + dx, y + dy, half) - sky > endShare * core) return true;
  }
  return false;
}

/** Sorted by insertion: the values are few. */
function finiteMedian(values: Float64Array): number {
  let count = 0;
  for (let k = 0; k < directions; k++) {
    const value = values[k];
    if (Number.isNaN(value)) continue;
    let at = count++;
    for (; at > 0 && sorted[at - 1] > value; at--) sorted[at] = sorted[at - 1];
    sorted[at] = value;
  }
  if (count === 0) return 0;
  const middle = count >> 1;
  return count % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function patchMean(patch: Patch, x: number, y: number, half: number): number {
  const centreX = Math.round(x);
  const centreY = Math.round(y);
  const { values, width, left, top } = patch;
  const right = Math.min(patch.right - 1, centreX + half);
  const bottom = Math.min(patch.bottom - 1, centreY + half);
  let sum = 0;
  let count = 0;
  for (let j = Math.max(top, centreY - half); j <= bottom; j++) {
    const base = (j - top) * width - left;
    for (let i = Math.max(left, centreX - half); i <= right; i++) {
      const value = values[base + i];
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
  }
  return count === 0 ? Number.NaN : sum / count;
}
