import { describe, expect, it } from 'vitest';
import { fullOutsideStars } from '../../../../main/families/frames/measure/full-outside-stars.ts';

const frame = { width: 200, height: 150 };

/** Full pixels of boxes [left, top, right, bottom]. */
function fullPixels(...boxes: readonly (readonly [number, number, number, number])[]): Int32Array {
  const full: number[] = [];
  for (let y = 0; y < frame.height; y++)
    for (let x = 0; x < frame.width; x++)
      if (boxes.some(([left, top, right, bottom]) => x >= left && x <= right && y >= top && y <= bottom))
        full.push(y * frame.width + x);
  return Int32Array.from(full);
}

describe('full pixels outside stars', () => {
  it('are none where a full star bleeds along its column', () => {
    const bleeding = fullPixels([97, 72, 103, 78], [100, 20, 101, 140]);
    expect(fullOutsideStars(bleeding, frame, [{ x: 100, y: 75 }], 3)).toBe(0);
  });

  it('are none for a star at the border that no list holds', () => {
    expect(fullOutsideStars(fullPixels([40, 143, 47, 149], [43, 60, 44, 149]), frame, [], 3)).toBe(0);
  });

  it('are all of a lamp, though a star stands in it', () => {
    const lamp = fullPixels([60, 40, 140, 110]);
    const near = 23 * 23;
    expect(fullOutsideStars(lamp, frame, [{ x: 100, y: 75 }], 3)).toBe(lamp.length - near);
  });

  it('are those of a column without a star, and of single hits', () => {
    const lone = fullPixels([30, 10, 30, 120], [150, 75, 150, 75]);
    expect(fullOutsideStars(lone, frame, [{ x: 100, y: 75 }], 3)).toBe(lone.length);
  });
});
