import { describe, expect, it } from 'vitest';
import {
  type MoffatShape,
  moffatFwhm,
  moffatValue,
} from '../../../../main/families/frames/measure/moffat.ts';
import {
  type Samples,
  withRadialCorrection,
} from '../../../../main/families/frames/measure/radial-correction.ts';
import { splineOf, splineValue } from '../../../../main/families/frames/measure/spline-psf.ts';
import { uniform } from './scene.ts';

const moffat: MoffatShape = { p: 0.09, q: 0.11, r: 0.005, beta: 4 };
const fwhm = moffatFwhm(moffat);
const radius = 1.75 * fwhm;
const peak = moffatValue(moffat, 0, 0);
const base = splineOf((x, y) => moffatValue(moffat, x, y) / peak, radius, fwhm / 5)!;
/** A ring of light at half the width, as turbulence has beyond a Moffat profile. */
const ring = (x: number, y: number): number =>
  0.02 * Math.exp(-0.5 * ((Math.hypot(x, y) / fwhm - 0.5) / 0.18) ** 2);

/** Pixels of stars whose noise is one over `snr` of the peak. */
function pixels(stars: number, snr: number, beyond: (x: number, y: number) => number): Samples {
  return (use) => {
    const random = uniform(3);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    for (let star = 0; star < stars; star++) {
      const [dx, dy] = [random() - 0.5, random() - 0.5];
      for (let j = -8; j <= 8; j++)
        for (let i = -8; i <= 8; i++)
          if (Math.abs(i + dx) < radius && Math.abs(j + dy) < radius)
            use(i + dx, j + dy, beyond(i + dx, j + dy) + normal() / snr, snr ** 2);
    }
  };
}

/** Largest error within a FWHM, shares of the peak. */
function worst(stars: number, snr: number, beyond: (x: number, y: number) => number): number {
  const corrected = withRadialCorrection(base, moffat, pixels(stars, snr, beyond));
  let most = 0;
  for (let y = -fwhm; y <= fwhm; y += 0.25)
    for (let x = -fwhm; x <= fwhm; x += 0.25)
      most = Math.max(most, Math.abs(splineValue(corrected, x, y) - splineValue(base, x, y) - beyond(x, y)));
  return most;
}

describe('correction along the radius', () => {
  it('follows what the stars have in common all round', () => {
    expect(worst(40, 60, ring)).toBeLessThan(0.006);
  });

  it('leaves a profile that is right as it is, the surer the fewer and fainter the stars', () => {
    expect(worst(40, 60, () => 0)).toBeLessThan(0.003);
    expect(worst(4, 12, () => 0)).toBeLessThan(0.006);
  });
});
