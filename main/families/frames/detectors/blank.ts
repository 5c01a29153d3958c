import { clamp } from '../session/robust-statistics.ts';
import { type FrameDetector, figure } from './detector.ts';

/** Sky below this share of the night's, together with no stars, is a closed shutter. */
const closedSkyShare = 0.75;
/** Stars below this share of the night's count as none. */
const noStarsShare = 0.05;

/** Nothing on the frame: constant values, or a closed shutter (no stars, sky far below the night's). */
export const blankFrame: FrameDetector = {
  name: 'blank',
  codes: ['blank'],
  detect({ record, sky, noise, starCount }) {
    const stars = record.measurements.starCount ?? 0;
    const evidence = {
      constant: record.checks.constant,
      stars,
      background: figure(record.measurements.background ?? Number.NaN),
      usualBackground: sky === null ? null : figure(Math.exp(sky.reference)),
      noise: figure(record.measurements.noise ?? Number.NaN),
      usualNoise: noise === null ? null : figure(Math.exp(noise.reference)),
      usualStars: starCount === null ? null : Math.round(Math.exp(starCount.reference) - 1),
      comparedWith: (sky ?? noise)?.comparedWith ?? 0,
    };
    if (record.checks.constant) return [{ code: 'blank', confidence: 1, severity: 1, evidence }];
    if (starCount === null || (sky === null && noise === null)) return [];
    // no light above the pedestal at all: what is left of the noise is that of reading
    const darkness =
      sky === null ? Math.exp(2 * (noise!.value - noise!.reference)) : Math.exp(sky.value - sky.reference);
    const usual = Math.exp(starCount.reference) - 1;
    if (usual < 8 || stars > noStarsShare * usual) return [];
    const confidence = clamp((closedSkyShare - darkness) / 0.1 + 0.5, 0, 1);
    return confidence > 0 ? [{ code: 'blank', confidence, severity: 1, evidence }] : [];
  },
};
