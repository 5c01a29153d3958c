import { describe, expect, it } from 'vitest';
import { measureFrame } from '../../../../main/families/frames/measure-frame.ts';
import { decodeRecord, encodeRecord } from '../../../../main/families/frames/record-codec.ts';
import { drawScene, imageOf, type Scene, uniform } from './scene.ts';

const plain: Scene = { seed: 1, width: 512, height: 400, fwhm: 3, beta: 3, stars: 500, gradient: 0.06 };

describe('measuring a frame', () => {
  const scenes: [string, Scene, number][] = [
    ['an ordinary field', plain, 0.01],
    ['steep profiles, elongated', { ...plain, seed: 2, beta: 4.5, ellipticity: 0.2, fwhm: 4 }, 0.01],
    ['broad wings', { ...plain, seed: 3, beta: 2.5, fwhm: 2.3 }, 0.02],
    ['an oversampled field', { ...plain, seed: 4, fwhm: 9, stars: 250 }, 0.02],
  ];
  it.each(scenes)('finds the size and shape of the stars of %s', (_, scene, tolerance) => {
    const { image, truth } = drawScene(scene);
    const { measurements } = measureFrame(image, 'a.fits');
    expect(Math.abs(measurements.fwhm! / truth.fwhm - 1)).toBeLessThan(tolerance);
    expect(Math.abs(measurements.ellipticity! - truth.ellipticity)).toBeLessThan(0.02);
    expect(Math.abs(measurements.background! / truth.background - 1)).toBeLessThan(0.006);
    expect(Math.abs(measurements.noise! / truth.noise - 1)).toBeLessThan(0.03);
    expect(measurements.fwhmArcsec).toBeCloseTo(2 * measurements.fwhm!, 9);
  });

  it('gives nulls, not errors, for frames that hold nothing', () => {
    for (const [width, height, value] of [
      [64, 64, Number.NaN],
      [64, 64, 1890],
      [12, 12, 5],
      [1, 1, Number.NaN],
      [300, 5, 7],
    ]) {
      const image = imageOf(width, height, new Float32Array(width * height).fill(value));
      const record = measureFrame(image, 'empty.fits');
      expect(record.measurements.fwhm).toBeNull();
      expect(record.measurements.background).toBe(Number.isNaN(value) ? null : value);
      expect(record.checks.constant).toBe(true);
      expect(decodeRecord(encodeRecord(record))).toEqual(record);
    }
  });

  it('measures the rows that a truncated frame still has', () => {
    const { image, truth } = drawScene({ ...plain, seed: 9 });
    image.pixels.fill(Number.NaN, 512 * 250);
    const record = measureFrame({ ...image, truncated: { validRows: 250 } }, 'cut.fits');
    expect(Math.abs(record.measurements.fwhm! / truth.fwhm - 1)).toBeLessThan(0.02);
    expect(Math.abs(record.measurements.noise! / truth.noise - 1)).toBeLessThan(0.03);
  });

  it('does not change the image', () => {
    const { image } = drawScene({ ...plain, width: 200, height: 160, stars: 80 });
    const before = image.pixels.slice();
    measureFrame(image, 'a.fits');
    expect(image.pixels).toEqual(before);
  });

  it('finds no star in pure noise', () => {
    const random = uniform(77);
    const noise = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const pixels = Float32Array.from({ length: 400 * 300 }, () => Math.round(500 + 12 * noise()));
    const { measurements } = measureFrame(imageOf(400, 300, pixels), 'noise.fits');
    expect(measurements.starCount).toBe(0);
    expect(Math.abs(measurements.background! - 500)).toBeLessThan(0.2);
    expect(Math.abs(measurements.noise! / 12 - 1)).toBeLessThan(0.01);
  });
});
