import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { frameDetectors } from '../../../../main/families/frames/detectors/index.ts';
import { policyTable } from '../../../../main/families/frames/policy.ts';
import type { TrailCandidate } from '../../../../main/families/frames/record.ts';
import { scoreOf } from '../../../../main/families/frames/score.ts';
import { compareSession } from '../../../../main/families/frames/session/compare-session.ts';
import type { Comparison, FrameContext } from '../../../../main/families/frames/session/frame-context.ts';
import { planNight } from '../../../../main/families/frames/simulate/index.ts';
import { syntheticRecords } from '../synthetic-night.ts';

const strict = policyTable('strict');
const score = (context: FrameContext): number =>
  scoreOf(
    frameDetectors.flatMap((detector) => detector.detect(context)),
    strict,
  );

const figures = [
  'focus',
  'ellipticity',
  'doubleShare',
  'sky',
  'loss',
  'starCount',
  'hotPixels',
  'cosmicRays',
  'saturated',
  'patch',
  'shade',
] as const;
type FigureName = (typeof figures)[number];

/** The same frame with one figure further on its faulty side, by so many sigmas. */
function worse(context: FrameContext, name: FigureName, sigmas: number): FrameContext {
  const compared = context[name];
  if (compared === null) return context;
  const by = sigmas * compared.sigma;
  const grown = (one: Comparison): Comparison => ({
    ...one,
    excess: one.excess + by,
    value: one.value + (name === 'starCount' ? -by : by),
  });
  const { record } = context;
  const measurements = {
    ...record.measurements,
    ...(name === 'ellipticity' && { ellipticity: (record.measurements.ellipticity ?? 0) + by }),
  };
  return {
    ...context,
    record: { ...record, measurements },
    [name]: grown(compared),
    // width and minor axis grow together
    ...(name === 'focus' && context.fwhm !== null && { fwhm: grown(context.fwhm) }),
  };
}

const contexts: FrameContext[] = [];

beforeAll(() => {
  for (const kind of ['standard', 'special'] as const) {
    const night = planNight({ seed: 4, kind, frameCount: 32, width: 576, height: 448 });
    contexts.push(...compareSession(syntheticRecords(night)));
  }
});

const sigmas = fc.double({ min: 0.1, max: 40, noNaN: true });
const whichFrame = fc.nat(1000);

describe('the score', () => {
  it.each(figures)('never rises when %s gets worse', (name) => {
    fc.assert(
      fc.property(whichFrame, sigmas, sigmas, (n, first, more) => {
        const context = contexts[n % contexts.length];
        const before = score(worse(context, name, first));
        expect(score(worse(context, name, first + more))).toBeLessThanOrEqual(before + 1e-4);
      }),
      { numRuns: 60, seed: 23 },
    );
  });

  it('never rises when a trail stands out more or the field loses more', () => {
    const line: TrailCandidate = {
      x1: 9,
      y1: 12,
      x2: 300,
      y2: 200,
      width: 4,
      snr: 1,
      significance: 5,
      fill: 1,
    };
    fc.assert(
      fc.property(whichFrame, sigmas, sigmas, (n, first, more) => {
        const context = contexts[n % contexts.length];
        const crossed = (significance: number): FrameContext => ({
          ...context,
          trailRepeats: [0],
          record: { ...context.record, trails: [{ ...line, significance }] },
        });
        expect(score(crossed(first + more))).toBeLessThanOrEqual(score(crossed(first)));
        const region = {
          angle: 0,
          offset: 400,
          expectedInside: 30,
          missingInside: 28,
          missingOutside: 1,
        };
        const blocked = (gain: number): FrameContext => ({
          ...context,
          missing: { ...region, gain, area: Math.min(1, gain / 50) },
        });
        expect(score(blocked(first + more))).toBeLessThanOrEqual(score(blocked(first)) + 1e-9);
      }),
      { numRuns: 60, seed: 29 },
    );
  });
});
