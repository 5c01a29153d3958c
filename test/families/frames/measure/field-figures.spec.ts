import { describe, expect, it } from 'vitest';
import { fieldFigures } from '../../../../main/families/frames/measure/field-figures.ts';
import { measureFrame } from '../../../../main/families/frames/measure-frame.ts';
import { noLines } from '../../../../main/families/frames/trails/find-trails.ts';
import { drawScene, type Scene } from './scene.ts';

const [width, height] = [600, 400];
/** FWHM by place, -1 .. 1 along both axes. */
const figuresOf = (fwhm: (u: number, v: number) => number, isVarying = true) =>
  fieldFigures(
    {
      isVarying,
      at: (x, y) => ({
        fwhm: fwhm((2 * x) / (width - 1) - 1, (2 * y) / (height - 1) - 1),
        ellipticity: 0.2,
        angle: 0,
      }),
    },
    width,
    height,
  );

describe('what the field says about the optics', () => {
  it('tells tilt from curvature', () => {
    const tilted = figuresOf((_u, v) => 3 + 0.3 * v);
    expect(tilted.tilt).toBeCloseTo(0.18, 6);
    expect(tilted.tiltAngle).toBeCloseTo(90, 6);
    expect(tilted.fieldCurvature).toBeCloseTo(0, 6);
    expect(tilted.worstCornerFwhm).toBeCloseTo(3.27, 6);
    const curved = figuresOf((u, v) => 3 + 0.2 * (u * u + v * v));
    expect(curved.tilt).toBeCloseTo(0, 6);
    expect(curved.tiltAngle).toBeNull();
    expect(curved.centreFwhm).toBeCloseTo(3, 5);
    expect(curved.cornerFwhm).toBeCloseTo(3 + 0.2 * 2 * 0.81, 5);
    expect(curved.fieldCurvature).toBeCloseTo(0.108, 5);
    expect(curved.cornerEccentricity).toBeCloseTo(0.6, 6);
  });

  it('points down the true slope of a frame that is not square', () => {
    // One px of FWHM along each axis: the shorter one is steeper.
    expect(figuresOf((u, v) => 4 + 0.5 * u + 0.5 * v).tiltAngle).toBeCloseTo(
      (Math.atan2(1 / height, 1 / width) * 180) / Math.PI,
      6,
    );
  });

  it('says nothing where too few stars do', () => {
    expect(Object.values(figuresOf(() => 3, false)).every((value) => value === null)).toBe(true);
    expect(fieldFigures(null, 10, 10).tilt).toBeNull();
  });

  it('sees one soft side of a frame, and none on an even one', () => {
    const scene: Scene = { seed: 31, width: 420, height: 360, fwhm: 3, beta: 3, stars: 400 };
    const even = drawScene(scene).image;
    const soft = drawScene({ ...scene, fwhm: 3.6 }).image;
    const half = even.pixels.map((value, k) => (k % even.width < 210 ? value : soft.pixels[k]));
    const search = { searchTrails: () => noLines };
    const sided = measureFrame({ ...even, pixels: half }, 'a.fits', search).measurements;
    expect(sided.tilt).toBeGreaterThan(0.1);
    expect(Math.abs(sided.tiltAngle!)).toBeLessThan(20);
    const plain = measureFrame(even, 'a.fits', search).measurements;
    expect(plain.tilt).toBeLessThan(0.03);
    expect(Math.abs(plain.fieldCurvature!)).toBeLessThan(0.03);
    expect(plain.cornerFwhm! / plain.fwhm!).toBeCloseTo(1, 1);
  });
});
