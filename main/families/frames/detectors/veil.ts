import { confidenceOfExcess, severityOf } from '../session/confidence.ts';
import { type FrameDetector, figure } from './detector.ts';
import { cellEvidence } from './light-cells.ts';

/** Uniform loss at which a veil begins: 8 % of the light (strict rule), natural log. */
const begin = -Math.log(1 - 0.08);

/** All stars dimmer by one factor, airmass taken out. */
export const veil: FrameDetector = {
  name: 'veil',
  codes: ['veil'],
  detect({ loss, photometry, structure }) {
    if (loss === null || photometry === null) return [];
    const sigma = Math.hypot(loss.sigma, photometry.lossSigma);
    const seenSigma = Math.hypot(loss.seenSigma, photometry.lossSigma);
    const confidence = confidenceOfExcess({
      excess: loss.excess,
      sigma,
      seenSigma,
      begin,
      reach: 40,
      prior: 0.03,
    });
    const evidence = {
      loss: figure(1 - Math.exp(-loss.excess)),
      usualScatter: figure(sigma),
      stars: photometry.x.length,
      comparedWith: loss.comparedWith,
      ...(structure === null ? {} : { cells: cellEvidence(structure, loss.reference) }),
    };
    return [{ code: 'veil', confidence, severity: severityOf(loss.excess, begin, 12), evidence }];
  },
};
