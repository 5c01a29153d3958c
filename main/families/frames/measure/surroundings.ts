/** What lies round a place where a star may be: sky, a line that runs through it, or more of the same glow. */
import type { FramePsf } from './frame-psf.ts';
import type { Plane } from './maxima.ts';
import { medianInPlace } from './robust.ts';
import { splineValue } from './spline-psf.ts';

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

/** Looks round (x, y) in a plane from which brighter stars were taken off; `amplitude` is the star's own. */
export function lookRound(
  plane: Plane,
  psf: FramePsf,
  x: number,
  y: number,
  amplitude: number,
): Surroundings {
  const reach = psf.reach;
  const half = Math.max(0, Math.round(0.3 * psf.shape.fwhm));
  for (let k = 0; k < directions; k++) {
    const dx = innerDistance * reach * cosines[k];
    const dy = innerDistance * reach * sines[k];
    const own = amplitude * splineValue(psf.model.psf, dx, dy);
    inner[k] = patchMean(plane, x + dx, y + dy, half) - own;
    outer[k] = patchMean(
      plane,
      x + outerDistance * reach * cosines[k],
      y + outerDistance * reach * sines[k],
      half,
    );
  }
  const found = finiteMedian(outer);
  const error = 1.25 / Math.sqrt(directions * (2 * half + 1) ** 2);
  const sky = Math.abs(found) > 3 * error ? found : 0;
  const core = Math.max(0, amplitude - sky) * psf.patchShare;
  const onLine = runsThrough(core, sky) || endsHere(plane, x, y, reach, half, core, sky);
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
  plane: Plane,
  x: number,
  y: number,
  reach: number,
  half: number,
  core: number,
  sky: number,
): boolean {
  for (let k = 0; k < directions; k++) {
    if (!(Math.min(inner[k], outer[k]) - sky > endShare * core)) continue;
    const far = patchMean(
      plane,
      x + farDistance * reach * cosines[k],
      y + farDistance * reach * sines[k],
      half,
    );
    if (far - sky > endShare * core) return true;
  }
  return false;
}

function finiteMedian(values: Float64Array): number {
  let count = 0;
  for (const value of values) if (!Number.isNaN(value)) sorted[count++] = value;
  return count === 0 ? 0 : medianInPlace(sorted, count);
}

function patchMean(plane: Plane, x: number, y: number, half: number): number {
  const centreX = Math.round(x);
  const centreY = Math.round(y);
  let sum = 0;
  let count = 0;
  for (let j = Math.max(0, centreY - half); j <= Math.min(plane.height - 1, centreY + half); j++)
    for (let i = Math.max(0, centreX - half); i <= Math.min(plane.width - 1, centreX + half); i++) {
      const value = plane.values[j * plane.width + i];
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
  return count === 0 ? Number.NaN : sum / count;
}
