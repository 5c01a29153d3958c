/**
 * Rank of a frame among those worth stacking: the squared signal to noise that a star gains from it, relative to the
 * middle frame of its group (1 is usual, 2 is worth two usual frames). Signal goes with the light that arrives, the
 * noise under a star with the sky's noise times the star's width; FWHM stands for the area, so elongation counts.
 */
import type { FrameContext } from './session/frame-context.ts';

/** (light * middle noise / noise * middle FWHM / FWHM)^2, null without a group to compare with. */
export function weightOf({ record, photometry, middle }: FrameContext): number | null {
  const { fwhm, noise } = record.measurements;
  if (middle === null || fwhm === null || noise === null || !(fwhm > 0) || !(noise > 0)) return null;
  const dimmer = photometry === null ? 0 : photometry.loss - middle.loss;
  const ratio = Math.exp(middle.logNoise + middle.logFwhm - dimmer) / (noise * fwhm);
  return Number.isFinite(ratio) ? ratio * ratio : null;
}
