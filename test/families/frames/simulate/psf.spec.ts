import { describe, expect, it } from 'vitest';
import {
  halfMaximumRegion,
  measureShape,
  PHASES,
  roundShape,
  tabulatePsf,
  withDefocus,
  withMotion,
} from '../../../../main/families/frames/simulate/psf.ts';

/** Half-maximum width of a round Moffat averaged over a pixel, by brute force on a fine grid. */
function pixelatedFwhm(fwhm: number, beta: number): number {
  const alpha = fwhm / (2 * Math.sqrt(2 ** (1 / beta) - 1));
  const at = (x: number): number => {
    let sum = 0;
    for (let j = 0; j < 40; j++)
      for (let i = 0; i < 40; i++) {
        const dx = x + (i + 0.5) / 40 - 0.5;
        const dy = (j + 0.5) / 40 - 0.5;
        sum += (1 + (dx * dx + dy * dy) / alpha ** 2) ** -beta;
      }
    return sum;
  };
  const half = at(0) / 2;
  let low = 0;
  let high = fwhm * 2;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (at(middle) > half) low = middle;
    else high = middle;
  }
  return low * 2;
}

describe('the point-spread function', () => {
  it.each([
    [2.2, 2.5],
    [3, 3.2],
    [4, 4.5],
    [7, 3],
  ])('has the width of a pixel-integrated Moffat (FWHM %d px, beta %d)', (fwhm, beta) => {
    const region = measureShape(roundShape(fwhm, beta));
    expect(Math.abs(region.fwhm / pixelatedFwhm(fwhm, beta) - 1)).toBeLessThan(0.006);
    expect(region.ellipticity).toBeLessThan(0.004);
  });

  it('holds all the light at every phase', () => {
    const table = tabulatePsf(roundShape(2.6, 3.5), 25);
    const centre = (table.size - 1) / 2;
    for (const [px, py] of [
      [0, 0],
      [2, 1],
      [-2, 2],
    ] as const) {
      let sum = 0;
      for (let dy = -24; dy <= 24; dy++)
        for (let dx = -24; dx <= 24; dx++)
          sum += table.values[(centre + py + dy * PHASES) * table.size + centre + px + dx * PHASES];
      expect(sum).toBeCloseTo(1, 2);
    }
  });

  it.each([0.12, 0.25, 0.5, 0.7])('is drawn out by tracking to an ellipticity of %d', (ellipticity) => {
    const shape = withMotion({ ...roundShape(3, 3), ellipticity: 0.04, angle: 0.3 }, ellipticity, 1);
    const region = measureShape(shape);
    expect(region.ellipticity).toBeCloseTo(ellipticity, 2);
    expect(Math.abs(Math.sin(region.angle - 1))).toBeLessThan(0.2);
  });

  it('widens by the defocus factor and fills the hole of a doughnut', () => {
    const sharp = roundShape(2.5, 3.5);
    const blurred = withDefocus(sharp, 3, 0.4);
    const ratio = measureShape(blurred).fwhm / measureShape(sharp).fwhm;
    expect(ratio).toBeCloseTo(3, 1);
    const table = tabulatePsf(blurred, 20);
    const middle = table.values[((table.size - 1) / 2) * (table.size + 1)];
    expect(middle).toBeLessThan(0.9 * table.peak);
    expect(halfMaximumRegion(table).fwhm).toBeGreaterThan(6);
  });
});
