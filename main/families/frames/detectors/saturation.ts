import { confidenceOfExcess, severityOf } from '../session/confidence.ts';
import { type FrameDetector, figure } from './detector.ts';

/** Share of the frame, beyond what the night has in star cores, at which saturation counts. */
const begin = 0.001;
const leastScatter = 1e-4;
/** Sky above the night's at which full star cores count as well, natural log. */
const overExposed = Math.log(1.5);

/** Pixels full beyond the cores of bright stars: over-exposure, a flash, a lamp. */
export const saturation: FrameDetector = {
  name: 'saturation',
  codes: ['saturation'],
  detect({ record, saturated, sky }) {
    const pixels = record.width * record.height;
    const outside = record.checks.saturatedOutsideStars / pixels;
    const usual = saturated?.reference ?? 0;
    // stars fill sooner in files that clip lower; on an over-exposed frame the sky says so as well
    const exposed = saturated !== null && sky !== null && sky.excess > overExposed;
    const beyondUsual = exposed ? (record.measurements.saturatedFraction ?? 0) - usual : 0;
    const share = Math.max(outside, beyondUsual);
    const sigma = Math.max(leastScatter, saturated?.sigma ?? 2 * leastScatter, 0.3 * usual);
    const confidence = confidenceOfExcess({
      excess: share,
      sigma,
      begin: Math.max(begin, 3 * usual),
      reach: 1000,
      prior: 0.02,
    });
    const evidence = {
      saturatedFraction: figure(record.measurements.saturatedFraction ?? Number.NaN),
      usualFraction: figure(usual),
      pixelsOutsideStars: record.checks.saturatedOutsideStars,
      comparedWith: saturated?.comparedWith ?? 0,
    };
    return [{ code: 'saturation', confidence, severity: severityOf(share, begin, 300), evidence }];
  },
};
