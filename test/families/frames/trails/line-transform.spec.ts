import { describe, expect, it } from 'vitest';
import { emptyKernels } from '../../../../main/families/frames/trails/kernels/line-kernels.ts';
import { searchLines } from '../../../../main/families/frames/trails/line-transform.ts';
import type { Raster } from '../../../../main/families/frames/trails/raster.ts';
import { subtractSurroundings } from '../../../../main/families/frames/trails/sky-map.ts';
import { normal, seeded } from './scene.ts';

const thresholds = [0, 0, 0, 7, 6, 5, 4.5, 4.5, 4.5, 4.5];

function noiseMap(width: number, height: number, seed: number): Raster {
  const random = seeded(seed);
  const data = Float32Array.from({ length: width * height }, () => normal(random));
  return { width, height, data, blocked: new Uint8Array(width * height) };
}

/** Cell that the digital line of this slope over 2^level columns has risen to in a column. */
function riseAt(slope: number, level: number, column: number): number {
  if (level === 0) return 0;
  const half = 2 ** (level - 1);
  if (column < half) return riseAt(slope >> 1, level - 1, column);
  return ((slope + 1) >> 1) + riseAt(slope >> 1, level - 1, column - half);
}

describe('sums along lines', () => {
  it('are those of the digital lines, also where these enter and leave by the long sides', () => {
    const random = seeded(3);
    const across = 21;
    const along = 13;
    const kernels = emptyKernels();
    const map = kernels.allocate(2 * along * across);
    const cells = Int16Array.from({ length: along * across }, () => Math.floor(60 * random()) - 30);
    new Int16Array(kernels.words(map, cells.length).buffer, map, cells.length).set(cells);
    const buffers = [0, 1].map(() => kernels.allocate(2 * 2 * kernels.run.stripLength(across, 16)));
    let from = map;
    for (let level = 1; level <= 4; level++) {
      const to = buffers[level & 1];
      kernels.run.beginPeaks(0, 0);
      kernels.run.joinStrips(from, to, along, across, 2 ** (level - 1), 1, 0);
      from = to;
    }
    const sums = new Int16Array(kernels.words(from, 1).buffer, from, kernels.run.stripLength(across, 16));
    for (let slope = 0; slope < 16; slope++) {
      for (let u = 0; u < across + slope; u++) {
        let expected = 0;
        for (let column = 0; column < along; column++) {
          const cell = u - slope + riseAt(slope, 4, column);
          if (cell >= 0 && cell < across) expected += cells[column * across + cell];
        }
        expect(sums[kernels.run.stripLength(across, slope) + u]).toBe(expected);
      }
    }
  });

  it.each([
    ['flat and rising', 5, 30, 190, 80],
    ['flat and falling', 10, 120, 199, 40],
    ['steep', 60, 0, 90, 139],
    ['steep and falling', 150, 4, 100, 130],
    ['across a corner', 0, 60, 70, 0],
  ])('find a line: %s', (_name, x1, y1, x2, y2) => {
    const map = noiseMap(200, 140, 9);
    const steps = Math.ceil(Math.hypot(x2 - x1, y2 - y1));
    for (let t = 0; t <= steps; t++) {
      const x = Math.round(x1 + ((x2 - x1) * t) / steps);
      const y = Math.round(y1 + ((y2 - y1) * t) / steps);
      map.data[y * 200 + x] += 1.5;
    }
    const [best] = searchLines(map, thresholds);
    const length = Math.hypot(x2 - x1, y2 - y1);
    for (const [x, y] of [
      [best.x1, best.y1],
      [best.x2, best.y2],
    ])
      expect(Math.abs((x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)) / length).toBeLessThan(2);
    expect(best.z).toBeGreaterThan(7);
  });

  it('report hardly anything of noise, nor of wide light whose surroundings are taken off', () => {
    expect(searchLines(noiseMap(300, 200, 4), thresholds).length).toBeLessThan(12);
    const map = noiseMap(300, 200, 5);
    for (let y = 0; y < 200; y++)
      for (let x = 0; x < 300; x++)
        map.data[y * 300 + x] += 2 * Math.exp(-((x - 150) ** 2 + (y - 100) ** 2) / 1800);
    const before = searchLines(map, thresholds).length;
    subtractSurroundings(map);
    expect(searchLines(map, thresholds).length).toBeLessThan(0.3 * before);
  });
});

it('the mean of the surroundings is taken off, blocked and undefined cells left out', () => {
  const map = noiseMap(37, 29, 8);
  map.data[400] = Number.NaN;
  map.data[500] = 90;
  map.blocked[501] = 1;
  map.data[501] = 70;
  const before = map.data.slice();
  subtractSurroundings(map);
  for (let y = 0; y < 29; y++) {
    for (let x = 0; x < 37; x++) {
      let sum = 0;
      let count = 0;
      for (let j = Math.max(0, y - 12); j <= Math.min(28, y + 12); j++) {
        for (let i = Math.max(0, x - 12); i <= Math.min(36, x + 12); i++) {
          const value = before[j * 37 + i];
          if (map.blocked[j * 37 + i] !== 0 || Number.isNaN(value)) continue;
          sum += Math.max(-2.5, Math.min(2.5, value));
          count++;
        }
      }
      if (y * 37 + x === 400) expect(map.data[400]).toBeNaN();
      else expect(map.data[y * 37 + x]).toBeCloseTo(before[y * 37 + x] - sum / count, 3);
    }
  }
});
