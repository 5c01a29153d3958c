import { describe, expect, it } from 'vitest';
import { measureFrame } from '../../../../main/families/frames/measure-frame.ts';
import type { FrameImage, FrameRecord } from '../../../../main/families/frames/record.ts';
import { starFlags } from '../../../../main/families/frames/record.ts';
import { decodeRecord, encodeRecord } from '../../../../main/families/frames/record-codec.ts';
import { noLines } from '../../../../main/families/frames/trails/find-trails.ts';
import { drawScene, imageOf, type Scene, type SceneTruth, uniform } from './scene.ts';

const plain: Scene = { seed: 1, width: 420, height: 360, fwhm: 3, beta: 3, stars: 350, gradient: 0.06 };
/** Trails are another part's; looking for them would only take time here. */
const measure = (image: FrameImage): FrameRecord =>
  measureFrame(image, 'a.fits', { searchTrails: () => noLines });
const off = (value: number | null, truth: number) => Math.abs(value! / truth - 1);

/** Counted stars over true ones of SNR 10, and the share of the counted that are true stars. */
function compareStars({ stars }: FrameRecord, truth: SceneTruth, scene: Scene) {
  const inside = (x: number, y: number) => x >= 8 && y >= 8 && x <= scene.width - 9 && y <= scene.height - 9;
  const expected = truth.stars.filter((star) => star.snr >= 10 && inside(star.x, star.y)).length;
  let counted = 0;
  let pure = 0;
  for (let i = 0; i < stars.count; i++) {
    if (stars.snr[i] < 10 || (stars.flags[i] & starFlags.nearEdge) !== 0) continue;
    counted++;
    if (
      truth.stars.some(
        (star) => Math.hypot(star.x - stars.x[i], star.y - stars.y[i]) < 0.7 * scene.fwhm + 0.5,
      )
    )
      pure++;
  }
  return { ratio: counted / expected, purity: pure / counted };
}

/** A star whose charge fills the well below the converter's limit: a flat top that has its own shot noise. */
function addFullStar(pixels: Float32Array, { width, height, fwhm, beta }: Scene, peak: number): void {
  const random = uniform(77);
  const alpha = fwhm / 2 / Math.sqrt(2 ** (1 / beta) - 1);
  const [x0, y0] = [0.62 * width, 0.55 * height];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const light = peak * (1 + ((x - x0) ** 2 + (y - y0) ** 2) / alpha ** 2) ** -beta;
      if (light < 0.5) continue;
      const full = Math.min(40_000, pixels[y * width + x] + light);
      const shot = 2 * Math.sqrt(Math.min(light, 40_000)) * (random() - 0.5);
      pixels[y * width + x] = Math.round(full + shot);
    }
}

describe('measuring a frame', () => {
  const scenes: [string, Scene, number][] = [
    ['an ordinary field', plain, 0.01],
    ['steep profiles, elongated', { ...plain, seed: 2, beta: 4.5, ellipticity: 0.2, fwhm: 4 }, 0.01],
    ['broad wings', { ...plain, seed: 3, beta: 2.5, fwhm: 2.3 }, 0.012],
    ['an oversampled field', { ...plain, seed: 4, fwhm: 9, stars: 120 }, 0.02],
    ['an undersampled field', { ...plain, seed: 5, fwhm: 1.1 }, 0.02],
  ];
  it.each(scenes)('finds the size and shape of the stars of %s', (_, scene, tolerance) => {
    const { image, truth } = drawScene(scene);
    const { measurements } = measure(image);
    expect(off(measurements.fwhm, truth.fwhm)).toBeLessThan(tolerance);
    expect(Math.abs(measurements.ellipticity! - truth.ellipticity)).toBeLessThan(0.02);
    expect(off(measurements.background, truth.background)).toBeLessThan(0.002);
    expect(off(measurements.noise, truth.noise)).toBeLessThan(0.02);
    expect(measurements.fwhmArcsec).toBeCloseTo(2 * measurements.fwhm!, 9);
    expect(measurements.eccentricity).toBeCloseTo(Math.sqrt(1 - (1 - measurements.ellipticity!) ** 2), 9);
  });

  it('counts the stars, also in storms of hot pixels and cosmic rays', () => {
    for (const scene of [
      plain,
      { ...plain, seed: 6, hotPixels: 900 },
      { ...plain, seed: 7, cosmicRays: 300 },
      { ...plain, seed: 8, fwhm: 1.4, hotPixels: 900 },
    ]) {
      const { image, truth } = drawScene(scene);
      const record = measure(image);
      const { ratio, purity } = compareStars(record, truth, scene);
      expect(ratio).toBeGreaterThan(0.9);
      expect(ratio).toBeLessThan(1.1);
      expect(purity).toBeGreaterThanOrEqual(0.98);
      expect(off(record.measurements.fwhm, truth.fwhm)).toBeLessThan(0.02);
      if (scene.hotPixels !== undefined) expect(record.measurements.hotPixelCount!).toBeGreaterThan(600);
      if (scene.cosmicRays !== undefined) expect(record.measurements.cosmicRayCount!).toBeGreaterThan(150);
    }
  });

  it('takes no full hot pixel that spills along its column for a star', () => {
    const scene: Scene = { ...plain, seed: 14, fwhm: 3.8, stars: 150 };
    const { image, truth } = drawScene(scene);
    const { pixels, width } = image;
    const random = uniform(5);
    for (let k = 0; k < 40; k++) {
      const at =
        (10 + Math.floor(random() * (image.height - 20))) * width + 10 + Math.floor(random() * (width - 20));
      pixels[at] = 65535;
      for (const row of [-width, width]) pixels[at + row] = 24_000 + 500 * random();
    }
    const record = measure({ ...image, saturationLevel: 65535 });
    const { ratio, purity } = compareStars(record, truth, scene);
    expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
    expect(purity).toBeGreaterThanOrEqual(0.98);
  });

  it.each([
    [6, 120_000],
    [3, 60_000],
  ])('does not take the one star whose core is full for what the others look like, %d px', (fwhm, peak) => {
    const scene: Scene = { ...plain, seed: 13, fwhm, stars: 60 };
    const { image, truth } = drawScene(scene);
    addFullStar(image.pixels, scene, peak);
    expect(off(measure(image).measurements.fwhm, truth.fwhm)).toBeLessThan(0.015);
  });

  it('tells no trail where the sky has no noise to tell it from', () => {
    const { image } = drawScene({ ...plain, stars: 0 });
    const random = uniform(4);
    // a count here and there, and many along one row
    const counts = image.pixels.map((_, i) => {
      const row = Math.floor(i / image.width);
      return random() < 0.05 + 0.9 * Math.exp(-(((row - image.height / 2) / 3) ** 2)) ? 1 : 0;
    });
    const { trails, measurements } = measure({ ...image, pixels: counts });
    expect(measurements.noise).toBe(0);
    expect(trails).toEqual([]);
  });

  it('sees when every star is double, and measures one image of it', () => {
    const scene: Scene = { ...plain, seed: 10, second: { dx: 4, dy: -3, share: 0.5 } };
    const { image, truth } = drawScene(scene);
    const { checks, measurements } = measure(image);
    expect(checks.doubleShare).toBeGreaterThan(0.7);
    expect(Math.hypot(checks.doubleShift!.dx - 4, checks.doubleShift!.dy + 3)).toBeLessThan(0.2);
    expect(off(measurements.fwhm, truth.fwhm)).toBeLessThan(0.03);
    expect(measure(drawScene(plain).image).checks.doubleShift).toBeNull();
  });

  it('measures the green pixels of a mosaic in pixels of the stored frame', () => {
    const { image, truth } = drawScene({ ...plain, seed: 11 });
    const gains = [0.6, 1, 1, 0.75];
    const pixels = image.pixels.map(
      (value, i) => value * gains[(Math.floor(i / image.width) & 1) * 2 + ((i % image.width) & 1)],
    );
    const { measurements } = measure({ ...image, pixels, mosaic: 'RGGB' });
    expect(off(measurements.fwhm, truth.fwhm)).toBeLessThan(0.02);
    expect(off(measurements.background, truth.background)).toBeLessThan(0.002);
    expect(off(measurements.noise, truth.noise)).toBeLessThan(0.03);
  });

  it('does not care about the unit or the step of the values', () => {
    const { image, truth } = drawScene({ ...plain, seed: 12 });
    const unit = measure({
      ...image,
      pixels: image.pixels.map((v) => v / 65_535),
      bitpix: -32,
      saturationLevel: 1,
    });
    expect(off(unit.measurements.background, truth.background / 65_535)).toBeLessThan(0.002);
    expect(off(unit.measurements.fwhm, truth.fwhm)).toBeLessThan(0.01);
    const coarse = image.pixels.map((v) => Math.max(0, Math.min(255, Math.round((v - 800) / 9))) * 9 + 800);
    const byte = measure({ ...image, pixels: coarse, bitpix: 8, saturationLevel: 255 * 9 + 800 });
    expect(off(byte.measurements.fwhm, truth.fwhm)).toBeLessThan(0.02);
    expect(byte.measurements.saturatedFraction).toBeGreaterThan(0);
    expect(off(byte.measurements.starCount, unit.measurements.starCount!)).toBeLessThan(0.08);
  });

  it('finds bad columns and keeps them out of the star list', () => {
    const { image } = drawScene({ ...plain, seed: 13 });
    for (let y = 0; y < image.height; y++) image.pixels[y * image.width + 200] += 12;
    const { checks, measurements } = measure(image);
    expect([...checks.badColumns]).toEqual([200]);
    expect(measurements.starCount).toBeGreaterThan(0);
  });

  it('tells an observed clip from a bright star', () => {
    const { image } = drawScene({ ...plain, seed: 14 });
    const clipped = measure({
      ...image,
      saturationLevel: null,
      pixels: image.pixels.map((v) => Math.min(v, 1600)),
    });
    expect(clipped.measurements.saturatedFraction).toBeGreaterThan(0);
    expect(measure({ ...image, saturationLevel: null }).measurements.saturatedFraction).toBe(0);
  });

  it('sees stars full where every full pixel has its own shot noise', () => {
    const scene: Scene = { ...plain, seed: 22, beta: 2.8 };
    const { image, truth } = drawScene(scene);
    const random = uniform(3);
    const well = (v: number) => (v < 1700 ? v : 1700 + 7 * (random() + random() + random() - 1.5));
    const scattered = measure({ ...image, pixels: image.pixels.map(well) });
    const sharp = measure({ ...image, pixels: image.pixels.map((v) => Math.min(v, 1700)) });
    expect(scattered.measurements.saturatedFraction).toBeGreaterThan(0.0003);
    expect(off(scattered.measurements.saturatedFraction, sharp.measurements.saturatedFraction!)).toBeLessThan(
      0.15,
    );
    expect(off(scattered.measurements.fwhm, truth.fwhm)).toBeLessThan(0.015);
    expect(measure(drawScene({ ...scene, fwhm: 9, stars: 120 }).image).measurements.saturatedFraction).toBe(
      0,
    );
  });

  it('finds the size of the stars of a crowd that is mostly full', () => {
    const crowd = { ...plain, seed: 9, width: 600, height: 500, stars: 2600 };
    const { image, truth } = drawScene(crowd);
    const order = Float32Array.from(image.pixels).sort();
    const clip = order[Math.floor(0.985 * order.length)]!;
    const { measurements } = measure({
      ...image,
      pixels: image.pixels.map((value) => Math.min(value, clip)),
    });
    expect(measurements.starCount).toBeGreaterThan(200);
    expect(off(measurements.fwhm, truth.fwhm)).toBeLessThan(0.09);
  });

  it('gives nulls, not errors, for frames that hold nothing', () => {
    for (const [width, height, value] of [
      [64, 64, Number.NaN],
      [64, 64, 1890],
      [12, 12, 5],
      [1, 1, Number.NaN],
      [300, 5, 7],
    ]) {
      const record = measure(imageOf(width, height, new Float32Array(width * height).fill(value)));
      expect(record.measurements.fwhm).toBeNull();
      expect(record.measurements.background).toBe(Number.isNaN(value) ? null : value);
      expect(record.checks.constant).toBe(true);
      expect(decodeRecord(encodeRecord(record))).toEqual(record);
    }
  });

  it('measures the rows that a truncated frame still has and leaves the image as it was', () => {
    const { image, truth } = drawScene({ ...plain, seed: 9 });
    image.pixels.fill(Number.NaN, image.width * 220);
    const before = image.pixels.slice();
    const record = measure({ ...image, truncated: { validRows: 220 } });
    expect(off(record.measurements.fwhm, truth.fwhm)).toBeLessThan(0.02);
    expect(off(record.measurements.noise, truth.noise)).toBeLessThan(0.03);
    expect(image.pixels).toEqual(before);
  });

  it('finds no star in pure noise', () => {
    const random = uniform(77);
    const noise = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const pixels = Float32Array.from({ length: 400 * 300 }, () => Math.round(500 + 12 * noise()));
    const { measurements } = measure(imageOf(400, 300, pixels));
    expect(measurements.starCount).toBe(0);
    expect(Math.abs(measurements.background! - 500)).toBeLessThan(0.2);
    expect(off(measurements.noise, 12)).toBeLessThan(0.01);
  });
});
