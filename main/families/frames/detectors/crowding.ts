/** What a frame alone cannot show of its focus. */
import type { FrameRecord } from '../record.ts';
import { figure, type Suspicion } from './detector.ts';

/**
 * Areas of a star image for each bright star, below which images overlap so much that nobody can tell their width. Bright
 * is a quarter of the signal of the brightest fifty: in a cluster those stand out from the crowd, on a plate of the Milky
 * Way nothing does.
 */
const crowded = 18;
const brightShare = 0.25;
const steepness = 5;
/** It is a doubt, never a verdict: other frames of the same field would settle it. */
const mostConfidence = 0.48;
/** A Gaussian image holds this many squared FWHM. */
const imageArea = 1.13;
const fewestStars = 40;

/** For a frame without others: where stars overlap everywhere, whether they are in focus cannot be seen. */
export function crowdingDoubt({ measurements, stars, width, height }: FrameRecord): Suspicion[] {
  const { fwhm, snr } = measurements;
  if (fwhm === null || !(fwhm > 0) || snr === null || stars.count < fewestStars) return [];
  let bright = 0;
  for (let i = 0; i < stars.count; i++) if (stars.snr[i] >= brightShare * snr) bright++;
  const imagesPerStar = (width * height) / (imageArea * fwhm * fwhm * Math.max(1, bright));
  const confidence = mostConfidence / (1 + (imagesPerStar / crowded) ** steepness);
  const evidence = { fwhm: figure(fwhm), imagesPerStar: figure(imagesPerStar), comparedWith: 0 };
  return [{ code: 'defocus', confidence, severity: 0, evidence }];
}
