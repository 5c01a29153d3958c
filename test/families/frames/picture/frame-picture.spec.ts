import { describe, expect, test } from 'vitest';
import { framePicture } from '../../../../main/families/frames/picture/frame-picture.ts';
import type { FrameImage } from '../../../../main/families/frames/record.ts';
import { plainHeader } from '../plain-header.ts';

function image(width: number, height: number, value: (x: number, y: number) => number): FrameImage {
  const pixels = Float32Array.from({ length: width * height }, (_, i) =>
    value(i % width, Math.floor(i / width)),
  );
  return {
    width,
    height,
    pixels,
    planes: 1,
    mosaic: null,
    bitpix: 16,
    saturationLevel: 65535,
    header: plainHeader,
    truncated: null,
    warnings: [],
  };
}

/** Sky of 1000 with a known, even spread. */
const sky = (x: number, y: number): number => 980 + ((x * 7 + y * 13) % 41);

describe('a frame as a picture', () => {
  test('is binned to the longest side, the sky at a quarter', () => {
    const picture = framePicture(image(400, 300, sky), 100);
    expect([picture.width, picture.height, picture.binning]).toEqual([100, 75, 4]);
    const middle = [...picture.data].sort((a, b) => a - b)[picture.data.length >> 1];
    expect(middle).toBeGreaterThan(60);
    expect(middle).toBeLessThan(68);
  });

  test('keeps small frames, shows stars bright and missing rows black', () => {
    const picture = framePicture(
      image(64, 48, (x, y) => (y >= 40 ? Number.NaN : x === 20 && y === 10 ? 60000 : sky(x, y))),
      1000,
    );
    expect(picture.binning).toBe(1);
    expect(picture.data[10 * 64 + 20]).toBeGreaterThan(250);
    expect([...picture.data.subarray(40 * 64)].every((value) => value === 0)).toBe(true);
  });

  test('mixes the colours of a mosaic evenly', () => {
    const coloured = image(
      300,
      300,
      (x, y) => (x % 2 === 0 && y % 2 === 0 ? 2000 : 1000) + ((x * 3 + y * 5) % 11),
    );
    const picture = framePicture({ ...coloured, mosaic: 'RGGB' }, 100);
    expect(picture.binning).toBe(4);
    expect(Math.max(...picture.data) - Math.min(...picture.data)).toBeLessThan(12);
  });
});
