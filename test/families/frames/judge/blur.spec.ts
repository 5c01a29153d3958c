import { describe, expect, it } from 'vitest';
import { blur } from '../../../../main/families/frames/detectors/blur.ts';
import { compareSession } from '../../../../main/families/frames/session/compare-session.ts';
import type { Comparison, FrameContext } from '../../../../main/families/frames/session/frame-context.ts';
import { planNight } from '../../../../main/families/frames/simulate/index.ts';
import { syntheticRecords } from '../synthetic-night.ts';

const night = planNight({ seed: 12, kind: 'clean', frameCount: 24, width: 640, height: 480 });
const usual = compareSession(syntheticRecords(night))[11]!;
if (usual.structure === null) throw new Error('the night has no photometry');
const { structure } = usual;

interface Seen {
  /** Natural logs: stars wider than the trend, scatter of the night, light lost; and the loss's own shape. */
  readonly wider: number;
  readonly scatter: number;
  readonly loss: number;
  readonly shape: number;
}

function judged({ wider, scatter, loss, shape }: Seen) {
  const against = (excess: number, sigma: number): Comparison => ({
    value: 1 + excess,
    reference: 1,
    excess,
    sigma,
    seenSigma: sigma,
    comparedWith: 20,
  });
  const width = against(wider, scatter);
  const frame: FrameContext = {
    ...usual,
    focus: width,
    fwhm: width,
    profile: null,
    loss: against(loss, 0.009),
    structure: { ...structure, amplitude: shape },
  };
  return blur.detect(frame)[0]!;
}

describe('dew', () => {
  const even = { wider: 0.115, scatter: 0.06, loss: 0.16, shape: 0.005 };

  it('is likelier than a veil where stars that lost light evenly are wider, on a night of unsteady seeing too', () => {
    expect(judged(even)).toMatchObject({ code: 'dew' });
    expect(judged(even).confidence).toBeGreaterThan(0.5);
  });

  it('is doubted where the loss has a shape, as that of a cloud has, and where no light is lost', () => {
    const patchy = judged({ ...even, shape: 0.06 });
    const bright = judged({ ...even, loss: 0 });
    expect(patchy.confidence).toBeLessThan(0.5);
    expect(bright).toMatchObject({ code: 'defocus' });
    expect(bright.confidence).toBeLessThan(patchy.confidence);
  });

  it('is not told where the stars are as wide as ever', () => {
    expect(judged({ ...even, wider: 0.02 }).confidence).toBeLessThan(0.2);
    expect(judged({ ...even, wider: 0.04, scatter: 0.02 }).confidence).toBeLessThan(0.2);
  });
});
