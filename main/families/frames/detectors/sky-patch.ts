import { confidenceOfExcess, severityOf } from '../session/confidence.ts';
import { type FrameDetector, figure } from './detector.ts';

/** A patch counts when its peak is 12 % of the sky (strict rule); four mesh cells together see about 0.7 of it. */
const begin = 0.7 * 0.12;
/** A glow sits in a corner: its peak lies within this share of the field of two edges. */
const cornerShare = 0.08;

/** Part of the sky brighter than the night's shape: stray light, or a glow that sits in a corner. */
export const skyPatch: FrameDetector = {
  name: 'sky-patch',
  codes: ['strayLight', 'staticGlow'],
  detect({ patch, skyPattern, record }) {
    if (patch === null || skyPattern === null) return [];
    const confidence = confidenceOfExcess({
      excess: patch.excess,
      sigma: patch.sigma,
      begin,
      reach: 30,
      prior: 0.03,
    });
    const { peakAcross: across, peakUp: up } = skyPattern;
    const corner = Math.max(Math.min(across, 1 - across), Math.min(up, 1 - up)) < cornerShare;
    const evidence = {
      peak: figure(skyPattern.peak),
      usualPeak: figure(patch.reference),
      x: Math.round(across * record.width),
      y: Math.round(up * record.height),
      share: figure(skyPattern.area),
      comparedWith: skyPattern.comparedWith,
    };
    const code = corner ? 'staticGlow' : 'strayLight';
    return [{ code, confidence, severity: severityOf(patch.excess, begin, 10), evidence }];
  },
};
