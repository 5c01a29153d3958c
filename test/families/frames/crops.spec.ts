import { describe, expect, it } from 'vitest';
import { cropGrid, cropSide, frameCrops, type PixelValues } from '../../../main/families/frames/crops.ts';
import { type FrameImage, type StarTable, starFlags } from '../../../main/families/frames/record.ts';
import { imageOf } from './measure/scene.ts';

const width = 320;
const height = 240;
const sky = { level: () => 100, noise: 5 };

interface Star {
  readonly x: number;
  readonly y: number;
  readonly peak: number;
  readonly flags?: number;
}

function frameOf(stars: readonly Star[], gain = 1): FrameImage & PixelValues {
  const pixels = new Float32Array(width * height).fill(100);
  for (const { x, y, peak } of stars)
    for (let dy = -6; dy <= 6; dy++)
      for (let dx = -6; dx <= 6; dx++) {
        const index = (y + dy) * width + x + dx;
        pixels[index] = Math.max(pixels[index]!, 100 + gain * peak * Math.exp(-(dx * dx + dy * dy) / 4));
      }
  return { ...imageOf(width, height, pixels), value: (index) => pixels[index]! };
}

function tableOf(stars: readonly Star[], gain = 1): StarTable {
  const column = (pick: (star: Star) => number): Float32Array => Float32Array.from(stars, pick);
  const unknown = column(() => Number.NaN);
  return {
    count: stars.length,
    x: column(({ x }) => x),
    y: column(({ y }) => y),
    flux: unknown,
    peak: column(({ peak }) => gain * peak),
    snr: column(({ peak }) => peak / 5),
    fwhm: unknown,
    hfr: unknown,
    ellipticity: unknown,
    angle: unknown,
    flags: Uint8Array.from(stars, ({ flags = 0 }) => flags),
  };
}

const pieceOf = (data: Uint8Array, cell: number): Uint8Array =>
  data.subarray(cell * cropSide ** 2, (cell + 1) * cropSide ** 2);
const middle = (cropSide / 2) * cropSide + cropSide / 2;

describe('pieces of a frame at its own resolution', () => {
  const bright = { x: 40, y: 30, peak: 900 };
  const faint = { x: 60, y: 45, peak: 300 };
  const corner = { x: 300, y: 220, peak: 500 };

  it('show the brightest usable star of each cell in their middle, at full scale', () => {
    const full = { x: 20, y: 20, peak: 5000, flags: starFlags.saturated };
    const stars = [full, bright, corner, faint];
    const { data, count, side } = frameCrops(frameOf(stars), tableOf(stars), sky, null);
    expect([count, side]).toEqual([cropGrid ** 2, cropSide]);
    const first = pieceOf(data, 0);
    expect(first[middle]).toBe(255);
    // the faint star lies 20 right and 15 below of the bright one: outside; the full one 20 left, 10 above: outside
    expect(first.filter((value) => value === 255)).toHaveLength(1);
    expect(pieceOf(data, 15)[middle]).toBe(255);
  });

  it('show the sky where a cell has no star, at one grey level', () => {
    const { data } = frameCrops(frameOf([bright]), tableOf([bright]), sky, null);
    expect(new Set(pieceOf(data, 5)).size).toBe(1);
  });

  it('do not depend on the gain of the camera', () => {
    const stars = [bright, corner];
    const one = frameCrops(frameOf(stars), tableOf(stars), sky, null);
    const three = frameCrops(frameOf(stars, 3), tableOf(stars, 3), { ...sky, noise: 15 }, null);
    expect(pieceOf(three.data, 0)).toEqual(pieceOf(one.data, 0));
  });

  it('bring the colours of a mosaic to one level and leave undefined pixels black', () => {
    const image = frameOf([bright]);
    image.pixels.forEach((value, index) => {
      const even = (Math.floor(index / width) & 1) === 0 && ((index % width) & 1) === 0;
      if (even) image.pixels[index] = value / 2;
    });
    image.pixels.fill(Number.NaN, 28 * width, 29 * width);
    const { data } = frameCrops(image, tableOf([bright]), sky, [2, 1, 1, 1]);
    const plain = frameCrops(frameOf([bright]), tableOf([bright]), sky, null);
    const undefinedRow = cropSide / 2 - 2;
    pieceOf(data, 0).forEach((value, index) => {
      const inRow = Math.floor(index / cropSide) === undefinedRow;
      expect(value).toBe(inRow ? 0 : pieceOf(plain.data, 0)[index]);
    });
  });
});
