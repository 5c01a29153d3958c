import { describe, expect, it } from 'vitest';
import type { FrameRows } from '../../../../main/families/frames/picture/frame-rows.ts';
import {
  statisticsOfCounts,
  statisticsOfLevels,
} from '../../../../main/families/frames/picture/level-statistics.ts';
import { levelSize, pixelsOf, smallPicture } from '../../../../main/families/frames/picture/picture.ts';

function frameOf(
  width: number,
  height: number,
  value: (x: number, y: number) => number,
  mosaic: FrameRows['mosaic'] = null,
): FrameRows {
  const pixels = Float32Array.from({ length: width * height }, (_, at) =>
    value(at % width, Math.floor(at / width)),
  );
  return {
    width,
    height,
    planes: 1,
    mosaic,
    topDown: true,
    unit: 65_535,
    isInteger: true,
    byteLength: 0,
    rows: (_, first, count) => pixels.subarray(first * width, (first + count) * width),
  };
}

const whole = { x: 0, y: 0, width: 9999, height: 9999 };

describe('levels of a frame', () => {
  it('are the stored values at level 0, and exact for any rectangle', () => {
    const frame = frameOf(20, 10, (x, y) => 100 * y + x);
    const { facts, samples } = pixelsOf(frame, { level: 0, x: 3, y: 4, width: 5, height: 2 });
    expect(facts).toMatchObject({
      width: 5,
      height: 2,
      channels: 1,
      type: 'u16',
      x: 3,
      y: 4,
      statistics: [],
    });
    expect([...samples]).toEqual([403, 404, 405, 406, 407, 503, 504, 505, 506, 507]);
  });

  it('are means of blocks above it, cut at the edge', () => {
    const frame = frameOf(9, 7, (x, y) => 100 * x + 10 * y);
    const { facts, samples } = pixelsOf(frame, { level: 1, ...whole });
    expect(facts).toMatchObject({ width: 4, height: 3 });
    expect(levelSize(frame, 1)).toEqual({ width: 4, height: 3 });
    // mean of x in {0, 1}, y in {0, 1}
    expect(samples[0]).toBe(55);
    expect(samples[5]).toBe(100 * 2.5 + 10 * 2.5);
  });

  it('turn a mosaic into colour, each from its own pixels', () => {
    const values = { R: 1000, G: 2000, B: 3000 } as const;
    const pattern = 'GRBG';
    const frame = frameOf(16, 16, (x, y) => values[pattern[(y % 2) * 2 + (x % 2)] as 'R'], pattern);
    const { facts, samples } = pixelsOf(frame, { level: 2, ...whole });
    expect(facts).toMatchObject({ channels: 3, mosaic: null, width: 4, height: 4 });
    expect([...samples.subarray(0, 3)]).toEqual([1000, 2000, 3000]);
    expect(facts.statistics.map(({ median }) => Math.round(median * 65_535))).toEqual([1000, 2000, 3000]);
    const raw = pixelsOf(frame, { level: 0, ...whole }).facts;
    expect(raw).toMatchObject({ channels: 1, mosaic: pattern });
    expect(raw.statistics.map(({ median }) => Math.round(median * 65_535))).toEqual([1000, 2000, 3000]);
  });

  it('show undefined pixels black and leave them out of means', () => {
    const frame = frameOf(4, 4, (x, y) =>
      x < 2 && y < 2 ? Number.NaN : x === 2 && y === 0 ? Number.NaN : 500,
    );
    const { samples } = pixelsOf(frame, { level: 1, ...whole });
    expect([...samples]).toEqual([0, 500, 500, 500]);
  });
});

describe('statistics of levels', () => {
  it('are exact for counted integers', () => {
    const counts = new Uint32Array(65_536);
    for (const [value, count] of [
      [814, 100],
      [829, 101],
      [844, 100],
      [60_000, 1],
    ] as const)
      counts[value] = count;
    expect(statisticsOfCounts(counts)).toEqual({ median: 829 / 65_535, mad: 15 / 65_535 });
  });

  it('are those of the sorted values for floats, undefined ones left out', () => {
    const levels = Float32Array.of(0.5, Number.NaN, 0.25, 0.75, 0.5, 0.5);
    expect(statisticsOfLevels(levels)).toEqual({ median: 0.5, mad: 0 });
    expect(statisticsOfLevels(new Float32Array(0))).toEqual({ median: 0, mad: 0 });
  });
});

describe('a small picture', () => {
  it('shows the sky at a quarter and keeps the frame’s shape', () => {
    const frame = frameOf(300, 200, (x, y) => 800 + ((x * 7 + y * 13) % 61));
    const { width, height, channels, data } = smallPicture(frame, 100);
    expect([width, height, channels]).toEqual([100, 67, 1]);
    const sorted = [...data].sort((a, b) => a - b);
    expect(Math.abs(sorted[sorted.length >> 1] - 64)).toBeLessThan(12);
  });
});
