import { describe, expect, it } from 'vitest';
import type { FindingCode } from '../../../../contract/words.ts';
import { describeFinding } from '../../../../main/families/frames/describe.ts';
import { blankFrame } from '../../../../main/families/frames/detectors/blank.ts';
import type { FrameContext } from '../../../../main/families/frames/session/frame-context.ts';
import { settleCauses } from '../../../../main/families/frames/settle-causes.ts';

const told = (
  ...suspicions: readonly [FindingCode, number, Readonly<Record<string, unknown>>?][]
): FindingCode[] =>
  settleCauses(
    suspicions.map(([code, confidence, evidence = {}]) => ({ code, confidence, severity: 0.5, evidence })),
  ).map(({ code }) => code);

describe('settleCauses', () => {
  it('tells an even loss as a veil, an uneven one as cloud, and never neither', () => {
    expect(told(['veil', 1], ['cloud', 0.6])).toEqual(['veil']);
    expect(told(['veil', 1], ['cloud', 0.95])).toEqual(['cloud']);
    expect(told(['veil', 0.7], ['cloud', 0.8])).toEqual(['cloud']);
  });

  it('takes light beside the cores for the halo of dew, but not pairs', () => {
    expect(told(['dew', 0.9], ['doubleStars', 0.8, { share: 0.05 }])).toEqual(['dew']);
    expect(told(['dew', 0.6], ['doubleStars', 0.95, { share: 0.8 }])).toEqual(['doubleStars']);
  });

  it('tells of the light that all stars lost beside a small obstacle', () => {
    expect(told(['veil', 1], ['occlusion', 0.95])).toEqual(['veil', 'occlusion']);
    expect(told(['cloud', 0.8], ['occlusion', 0.95])).toEqual(['occlusion']);
  });

  it('keeps a lamp and the moon apart', () => {
    expect(told(['strayLight', 0.9, { peak: 0.5 }], ['brightSky', 1, { excess: 0.1 }])).toEqual([
      'strayLight',
    ]);
    expect(told(['strayLight', 0.9, { peak: 0.2 }], ['brightSky', 1, { excess: 0.8 }])).toEqual([
      'brightSky',
    ]);
  });
});

it('knows a closed shutter by its noise where nothing is left above the pedestal', () => {
  const compared = (value: number, reference: number) => ({
    value,
    reference,
    excess: value - reference,
    sigma: 0.01,
    comparedWith: 80,
  });
  const frame = (noise: number): FrameContext =>
    ({
      record: {
        checks: { constant: false },
        measurements: { starCount: 0, background: 500, noise },
      },
      sky: null,
      noise: compared(Math.log(noise), Math.log(30)),
      starCount: { ...compared(0, Math.log(121)), excess: Math.log(121) },
    }) as unknown as FrameContext;
  const [{ confidence, evidence }] = blankFrame.detect(frame(7));
  expect(confidence).toBe(1);
  expect(describeFinding('blank', evidence, confidence)).toBe(
    'blank frame: 0 stars and a noise of 7 ADU where 30 is usual',
  );
  expect(blankFrame.detect(frame(29))).toEqual([]);
});
