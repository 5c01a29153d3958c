import { confidenceOfExcess, severityOf } from '../session/confidence.ts';
import { type FrameDetector, figure } from './detector.ts';

/** Ellipticity beyond the night's own at which elongation begins (strict rule). */
const begin = 0.11;
/** What telescopes do without fault, for a frame that has no night to compare with. */
const typicalEllipticity = 0.07;
const typicalScatter = 0.04;

/** Stars drawn out: tracking, wind, a knock. */
export const elongation: FrameDetector = {
  name: 'elongation',
  codes: ['elongation'],
  detect({ record, ellipticity }) {
    const value = record.measurements.ellipticity;
    // On a sky without noise these are no stars that anybody could vouch for.
    if (value === null || !Number.isFinite(value) || record.measurements.noise === 0) return [];
    const reference = ellipticity?.reference ?? typicalEllipticity;
    const sigma = ellipticity?.sigma ?? typicalScatter;
    const excess = value - reference;
    const confidence = confidenceOfExcess({ excess, sigma: Math.hypot(sigma, 0.01), begin, reach: 7 });
    const evidence = {
      ellipticity: figure(value),
      usualEllipticity: figure(reference),
      excess: figure(excess),
      angleDegrees: commonAngle(record.stars),
      comparedWith: ellipticity?.comparedWith ?? 0,
    };
    return [{ code: 'elongation', confidence, severity: severityOf(excess, begin, 6), evidence }];
  },
};

/** Direction shared by the stars' long axes, degrees from +x; null when they point anywhere. */
function commonAngle(stars: {
  count: number;
  angle: Float32Array;
  ellipticity: Float32Array;
}): number | null {
  let cos = 0;
  let sin = 0;
  let total = 0;
  for (let i = 0; i < stars.count; i++) {
    const e = stars.ellipticity[i];
    if (!Number.isFinite(e) || !Number.isFinite(stars.angle[i])) continue;
    cos += e * Math.cos(2 * stars.angle[i]);
    sin += e * Math.sin(2 * stars.angle[i]);
    total += e;
  }
  if (!(total > 0) || Math.hypot(cos, sin) < 0.4 * total) return null;
  return Math.round((0.5 * Math.atan2(sin, cos) * 180) / Math.PI);
}
