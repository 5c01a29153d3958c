/**
 * Rank of a frame among those worth stacking: signal to noise that a point source gains from it, relative to the
 * night's reference frame (1 is usual, more is better). Signal goes with transparency; the noise under a star with
 * the sky's noise times the star's width.
 */
import type { FrameContext } from './session/frame-context.ts';

/** (transparency * usual noise / noise * usual FWHM / FWHM)^2, null without a night to compare with. */
export function weightOf(frame: FrameContext): number | null {
  if (frame.fwhm === null || frame.noise === null) return null;
  const dimmer = frame.loss === null ? 0 : frame.loss.excess;
  const ratio = Math.exp(-dimmer - frame.noise.excess - frame.fwhm.excess);
  return Number.isFinite(ratio) ? ratio * ratio : null;
}
