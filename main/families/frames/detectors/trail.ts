import type { TrailCandidate } from '../record.ts';
import { clamp } from '../session/robust-statistics.ts';
import { type FrameDetector, figure, type Suspicion } from './detector.ts';

/** Integrated signal to noise at which a line is as likely real as not, and how fast doubt fades (nats per sigma). */
const evenSignificance = 6.5;
const certainty = 1.6;
/** A line that this many other frames show at the same place belongs to the detector or the sky. */
const fewestRepeats = 3;
const repeatShare = 0.04;

/** Satellites, aircraft, meteors: each straight line that this frame alone shows. */
export const trail: FrameDetector = {
  name: 'trail',
  codes: ['trail'],
  detect({ record, trailRepeats, peers }) {
    const fixed = Math.max(fewestRepeats, repeatShare * peers);
    return record.trails.flatMap((line, index): Suspicion[] => {
      const repeats = trailRepeats[index] ?? 0;
      if (repeats >= fixed || !Number.isFinite(line.significance)) return [];
      const doubt = Math.exp(-certainty * (line.significance - evenSignificance));
      const confidence = (1 / (1 + doubt)) * 0.5 ** repeats;
      const length = Math.hypot(line.x2 - line.x1, line.y2 - line.y1);
      const diagonal = Math.hypot(record.width, record.height);
      const severity = clamp(0.15 * Math.log2(1 + line.snr) + 0.3 * (length / diagonal), 0, 1);
      return [{ code: 'trail', confidence, severity, evidence: lineEvidence(line, length, repeats) }];
    });
  },
};

function lineEvidence(line: TrailCandidate, length: number, repeats: number) {
  return {
    x1: figure(line.x1),
    y1: figure(line.y1),
    x2: figure(line.x2),
    y2: figure(line.y2),
    width: figure(line.width),
    snr: figure(line.snr),
    length: figure(length),
    significance: figure(line.significance),
    fill: figure(line.fill),
    sameLineInOtherFrames: repeats,
  };
}
