/**
 * How a frame's light is spread within its stars, apart from how wide they are: flux over peak and squared FWHM. Seeing
 * changes the width and leaves this figure alone; bad focus flattens the core (less), a second image or a halo puts light
 * outside it (more). It knows defocus of a tenth of the FWHM from seeing that jitters by as much.
 */
import type { FrameRecord } from '../record.ts';
import { starFlags } from '../record.ts';
import { clamp, median } from './robust-statistics.ts';

const mostStars = 80;
const fewestStars = 4;
const leastSnr = 15;
/** Steepest change with the log of the FWHM: sampling by pixels makes small stars look different. */
const steepest = 0.6;

/** Natural log of flux / (peak FWHM^2) of the middle star, NaN with too few. */
export function profileOf({ stars, measurements }: FrameRecord): number {
  const { fwhm } = measurements;
  if (fwhm === null || !(fwhm > 0)) return Number.NaN;
  const values: number[] = [];
  for (let i = 0; i < stars.count && values.length < mostStars; i++) {
    const usable =
      (stars.flags[i] & (starFlags.saturated | starFlags.nearEdge)) === 0 && stars.snr[i] >= leastSnr;
    if (usable && stars.flux[i] > 0 && stars.peak[i] > 0) {
      values.push(Math.log(stars.flux[i] / (stars.peak[i] * fwhm * fwhm)));
    }
  }
  return values.length < fewestStars ? Number.NaN : median(values);
}

/** Profiles with their usual dependence on the FWHM (natural logs) taken out. */
export function withoutWidth(profiles: Float64Array, logFwhm: Float64Array): Float64Array {
  const known = Array.from(profiles.keys()).filter((k) => Number.isFinite(profiles[k] + logFwhm[k]));
  if (known.length < 8) return profiles;
  known.sort((p, q) => logFwhm[p] - logFwhm[q]);
  const half = known.length >> 1;
  const slopes: number[] = [];
  for (let i = 0; i + half < known.length; i++) {
    const [p, q] = [known[i], known[i + half]];
    if (logFwhm[q] - logFwhm[p] > 0.03) slopes.push((profiles[q] - profiles[p]) / (logFwhm[q] - logFwhm[p]));
  }
  const slope = slopes.length < 4 ? 0 : clamp(median(slopes), -steepest, steepest);
  const middle = median(known.map((k) => logFwhm[k]));
  return profiles.map((value, k) => value - slope * (logFwhm[k] - middle));
}
