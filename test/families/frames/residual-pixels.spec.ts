import { describe, expect, it } from 'vitest';
import { residualsOf } from '../../../main/families/frames/residual-pixels.ts';

describe('residuals in an array', () => {
  const values = Float32Array.from({ length: 7 * 5 }, (_, i) => i / 10);
  values[8] = Number.NaN;
  values[9] = 90;
  const pixels = residualsOf(7, 5, values);

  it('are read one by one and by rectangles, undefined outside', () => {
    expect(pixels.at(2, 1)).toBe(90);
    expect(pixels.at(1, 1)).toBeNaN();
    expect(pixels.at(-1, 0)).toBeNaN();
    expect(pixels.at(0, 5)).toBeNaN();
    const out = new Float32Array(16);
    pixels.copy(-1, 3, 4, 4, out);
    for (let j = 0; j < 4; j++)
      for (let i = 0; i < 4; i++) expect(out[4 * j + i]).toBe(pixels.at(i - 1, j + 3));
    pixels.copy(20, 1, 4, 1, out);
    expect(out.subarray(0, 4).every(Number.isNaN)).toBe(true);
  });

  it('are binned from what is defined, clamped, to unit noise', () => {
    const { width, height, data } = pixels.binned(2);
    expect([width, height]).toEqual([3, 2]);
    expect(data[0]).toBeCloseTo((0 + 0.1 + 0.7) / Math.sqrt(3), 6);
    expect(data[1]).toBeCloseTo((0.2 + 0.3 + 5 + 1) / 2, 6);
    const empty = residualsOf(4, 2, Float32Array.of(1, Number.NaN, 1, 1, Number.NaN, Number.NaN, 1, 1));
    expect(empty.binned(2).data[0]).toBeNaN();
    expect(empty.binned(2).data[1]).toBe(2);
  });
});
