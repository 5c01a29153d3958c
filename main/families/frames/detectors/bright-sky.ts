import { confidenceOfExcess, severityOf } from '../session/confidence.ts';
import { type FrameDetector, figure } from './detector.ts';

/** Sky 8 % above the trend (strict rule), natural log. */
const begin = Math.log(1.08);

/** Moon, dawn, lights: the whole sky brighter than the night's trend. */
export const brightSky: FrameDetector = {
  name: 'bright-sky',
  codes: ['brightSky'],
  detect({ sky, skyPattern }) {
    if (sky === null) return [];
    const confidence = confidenceOfExcess({ ...sky, begin, reach: 30 });
    const evidence = {
      background: figure(Math.exp(sky.value)),
      usualBackground: figure(Math.exp(sky.reference)),
      excess: figure(Math.exp(sky.excess) - 1),
      gradient: skyPattern === null ? null : figure(skyPattern.gradient),
      comparedWith: sky.comparedWith,
    };
    return [{ code: 'brightSky', confidence, severity: severityOf(sky.excess, begin, 15), evidence }];
  },
};
