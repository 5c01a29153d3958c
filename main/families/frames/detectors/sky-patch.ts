import { confidenceOfExcess, severityOf } from '../session/confidence.ts';
import { type FrameDetector, figure } from './detector.ts';

/** A patch counts when its peak is 12 % of the sky (strict rule); mesh cells flatten a sharp one to about 0.6 of it. */
const begin = 0.6 * 0.12;
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
    const { columns, rows } = record.mesh;
    // a block of cells that touches both edges is in the corner, however coarse the mesh
    const nearSide = Math.min(across, 1 - across) <= Math.max(cornerShare, 1.01 / columns);
    const nearEnd = Math.min(up, 1 - up) <= Math.max(cornerShare, 1.01 / rows);
    const corner = nearSide && nearEnd;
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
