/**
 * The weights that users of other programs know, so that they can compare. Ours is `weight` (weight.ts).
 *
 * PSF signal weight and PSF SNR follow PixInsight's estimators (PCL 2.8, PSFSignalEstimator.h):
 *   PSFSW  = 5.326e-6 * sum F * sum Fmean / (9.0e6 * sigma * M),  PSFSNR = 1.316e-7 * (sum F)^2 / (4.987e6 * sigma^2)
 * with F the flux of each star, Fmean that flux over the area of its image down to a tenth of the peak, sigma the noise
 * and M the background. All are ratios, so the unit of the pixels does not matter. PixInsight takes the fluxes from its
 * own star list and M from a multiscale model: the figures rank alike and do not agree digit by digit.
 *
 * Weighted FWHM follows Siril: FWHM + 2 * FWHM * (N of the reference frame - N) / N, N being stars found.
 */
import { type FrameRecord, starFlags } from './record.ts';
import type { FrameContext } from './session/frame-context.ts';

/** Full width at a tenth of the maximum over that at half, for a Moffat profile of beta 4 (PixInsight's default fit). */
const tenthOverHalf = Math.sqrt((10 ** 0.25 - 1) / (2 ** 0.25 - 1));

export interface PeerWeights {
  readonly psfSignalWeight: number | null;
  readonly psfSnr: number | null;
  /** px */
  readonly wfwhm: number | null;
}

/** Null where stars, noise or background are missing; `wfwhm` also without a group to compare with. */
export function peerWeights({ record, middle }: FrameContext): PeerWeights {
  const { noise, background, fwhm, starCount } = record.measurements;
  const { total, totalMean } = fluxes(record);
  const isMeasured = total > 0 && noise !== null && noise > 0;
  const signal = isMeasured && background !== null && background > 0;
  const stars = starCount ?? 0;
  return {
    psfSignalWeight: signal ? (5.326e-6 * total * totalMean) / (9.0e6 * noise * background) : null,
    psfSnr: isMeasured ? (1.316e-7 * total * total) / (4.987e6 * noise * noise) : null,
    wfwhm:
      middle === null || fwhm === null || stars === 0
        ? null
        : fwhm * (1 + (2 * (middle.mostStars - stars)) / stars),
  };
}

/** Sums over the unsaturated stars whose shape was measured. */
function fluxes({ stars }: FrameRecord): { readonly total: number; readonly totalMean: number } {
  let [total, totalMean] = [0, 0];
  for (let star = 0; star < stars.count; star++) {
    const width = stars.fwhm[star] * tenthOverHalf;
    if (!(width > 0) || !(stars.flux[star] > 0) || (stars.flags[star] & starFlags.saturated) !== 0) continue;
    total += stars.flux[star];
    totalMean += stars.flux[star] / ((Math.PI / 4) * width * width);
  }
  return { total, totalMean };
}
