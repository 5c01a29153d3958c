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
  detect({ record, sky, starCount }) {
    const stars = record.measurements.starCount ?? 0;
    const evidence = {
      constant: record.checks.constant,
      stars,
      background: figure(record.measurements.background ?? Number.NaN),
      usualBackground: sky === null ? null : figure(Math.exp(sky.reference)),
      usualStars: starCount === null ? null : Math.round(Math.exp(starCount.reference) - 1),
      comparedWith: sky?.comparedWith ?? 0,
    };
    if (record.checks.constant) return [{ code: 'blank', confidence: 1, severity: 1, evidence }];
    if (sky === null || starCount === null) return [];
    const darkness = Math.exp(sky.value - sky.reference);
    const usual = Math.exp(starCount.reference) - 1;
    if (usual < 8 || stars > noStarsShare * usual) return [];
    const confidence = clamp((closedSkyShare - darkness) / 0.1 + 0.5, 0, 1);
    return confidence > 0 ? [{ code: 'blank', confidence, severity: 1, evidence }] : [];
  },
};
