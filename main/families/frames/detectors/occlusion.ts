import { confidenceOfExcess, severityOf } from '../session/confidence.ts';
import type { FrameContext } from '../session/frame-context.ts';
import type { MissingRegion } from '../session/missing-stars.ts';
import { type FrameDetector, figure, type Suspicion } from './detector.ts';

/** Share of the field without its stars at which occlusion begins (strict rule). */
const begin = 0.04;
/** Log-likelihood, nats, that pays for having looked along every line in 32 directions. */
const searchCost = 7;

/** Part of the field, from one edge inwards, where the stars of the other frames or the sky's own light are missing. */
export const occlusion: FrameDetector = {
  name: 'occlusion',
  codes: ['occlusion'],
  detect(frame) {
    if (frame.peers < 6) return [];
    const stars = frame.missing === null ? null : byStars(frame, frame.missing);
    const sky = bySky(frame);
    const both = [stars, sky].filter((suspicion) => suspicion !== null);
    both.sort((p, q) => q.confidence - p.confidence);
    return both.slice(0, 1);
  },
};

function byStars({ record, peers }: FrameContext, missing: MissingRegion): Suspicion {
  const real = 1 / (1 + Math.exp(searchCost - missing.gain));
  // the line is known to within the stars' spacing
  const blur = Math.max(0.006, missing.area / Math.sqrt(missing.expectedInside + 1));
  const large = 1 / (1 + Math.exp((0.75 * begin - missing.area) / (0.5 * blur)));
  const evidence = {
    share: figure(missing.area),
    starsExpected: missing.expectedInside,
    starsMissing: missing.missingInside,
    starsMissingElsewhere: missing.missingOutside,
    edge: { angle: figure(missing.angle), offset: figure(missing.offset) },
    side: sideOf(missing.angle, record.header.rowOrder),
    comparedWith: peers - 1,
    field: { width: record.width, height: record.height },
  };
  const severity = severityOf(missing.area, begin, 12);
  return { code: 'occlusion', confidence: real * large, severity, evidence };
}

function bySky({ record, shade, skyPattern }: FrameContext): Suspicion | null {
  if (shade === null || skyPattern === null) return null;
  // beside a lamp the rest of the sky looks dark
  if (skyPattern.peak > skyPattern.shade.depth) return null;
  const confidence = confidenceOfExcess({
    excess: shade.excess,
    sigma: shade.sigma,
    begin,
    reach: 20,
    prior: 0.02,
  });
  const { depth, across, up } = skyPattern.shade;
  const evidence = {
    share: figure(shade.value),
    usualShare: figure(shade.reference),
    skyDarker: figure(depth),
    side: sideOf(Math.atan2(up, across), record.header.rowOrder),
    comparedWith: shade.comparedWith,
    field: { width: record.width, height: record.height },
  };
  return { code: 'occlusion', confidence, severity: severityOf(shade.value, begin, 12), evidence };
}

/** As the viewer shows the frame: the first row is on top, unless the file says that its rows run from the bottom. */
function sideOf(angle: number, rowOrder: FrameContext['record']['header']['rowOrder']): string {
  const eighth = Math.round((rowOrder === 'bottomUp' ? angle : -angle) / (Math.PI / 4)) & 7;
  return ['right', 'top right', 'top', 'top left', 'left', 'bottom left', 'bottom', 'bottom right'][eighth];
}
