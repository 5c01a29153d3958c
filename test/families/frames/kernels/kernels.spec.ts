import { beforeAll, describe, expect, it } from 'vitest';
import { KernelSpace } from '../../../../main/families/frames/kernels/kernels.ts';
import { findBrightPixels } from '../../../../main/families/frames/measure/bright-pixels.ts';
import { findMaxima, gaussianKernel } from '../../../../main/families/frames/measure/candidates.ts';
import { ResidualFrame } from '../../../../main/families/frames/measure/residual-frame.ts';
import type { BackgroundMesh } from '../../../../main/families/frames/record.ts';
import { residualsOf } from '../../../../main/families/frames/residual-pixels.ts';
import type { StoredFrame } from '../../../../main/families/frames/stored-frame.ts';
import { imageOf, uniform } from '../measure/scene.ts';

const width = 203;
const height = 141;
const cellPixels = 32;
const [columns, rows] = [6, 4];

function meshOf(seed: number): BackgroundMesh {
  const random = uniform(seed);
  // A slope over the frame, and the little that neighbouring cells differ by.
  const slope = (low: number, high: number) =>
    Float32Array.from({ length: columns * rows }, (_, k) => {
      const share = ((k % columns) + Math.floor(k / columns)) / (columns + rows);
      return low + (high - low) * (share + 0.05 * random());
    });
  return { columns, rows, cellPixels, level: slope(990, 1010), sigma: slope(19, 23) };
}

/** Noise with single bright pixels and a few wide spots, whole numbers. */
function samplesOf(seed: number): Uint16Array {
  const random = uniform(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const samples = Uint16Array.from({ length: width * height }, () => Math.round(1000 + 20 * normal()));
  for (let k = 0; k < 60; k++) {
    const [x, y] = [3 + Math.floor(random() * (width - 6)), 3 + Math.floor(random() * (height - 6))];
    for (let j = -3; j <= 3; j++)
      for (let i = -3; i <= 3; i++)
        samples[(y + j) * width + x + i] += Math.round(400 * random() * Math.exp(-(i * i + j * j) / 3));
  }
  return samples;
}

function store(kind: 'words' | 'floats', samples: Uint16Array, mosaic: boolean): StoredFrame {
  const { pixels: _, ...facts } = imageOf(width, height, new Float32Array(0));
  const space = new KernelSpace();
  const at = space.allocate(4 * samples.length);
  if (kind === 'words') space.words(at, samples.length).set(samples);
  else space.floats(at, samples.length).set(samples);
  const pattern = mosaic ? 'RGGB' : null;
  return { ...facts, mosaic: pattern, space, at, kind, scale: 1, zero: 0, validRows: height };
}

/** Bilinear between cell centres, straight on beyond the outermost. */
function spread(mesh: BackgroundMesh, grid: ArrayLike<number>, x: number, y: number): number {
  const place = (at: number, cells: number) => {
    const exact = (at + 0.5) / mesh.cellPixels - 0.5;
    const first = Math.max(0, Math.min(cells - 2, Math.floor(exact)));
    return [first, exact - first] as const;
  };
  const [column, u] = place(x, mesh.columns);
  const [row, v] = place(y, mesh.rows);
  const at = (c: number, r: number) => grid[r * mesh.columns + c];
  const above = at(column, row) * (1 - u) + at(column + 1, row) * u;
  const below = at(column, row + 1) * (1 - u) + at(column + 1, row + 1) * u;
  return above * (1 - v) + below * v;
}

describe.each([
  ['words', false],
  ['words', true],
  ['floats', false],
  ['floats', true],
] as const)('kernels on %s, mosaic %s', (kind, mosaic) => {
  const samples = samplesOf(kind === 'words' ? 3 : 4);
  const meshes = mosaic ? [1, 2, 3, 4].map(meshOf) : [meshOf(1)];
  const expected = new Float32Array(width * height);
  let frame: StoredFrame;
  let residuals: ResidualFrame;

  beforeAll(() => {
    const inverses = meshes.map((mesh) => mesh.sigma.map((sigma) => 1 / sigma));
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const k = mosaic ? (y & 1) * 2 + (x & 1) : 0;
        const level = spread(meshes[k], meshes[k].level, x, y);
        expected[y * width + x] = (samples[y * width + x] - level) * spread(meshes[k], inverses[k], x, y);
      }
    frame = store(kind, samples, mosaic);
    residuals = new ResidualFrame(frame);
    residuals.setSky(meshes, 1);
  });

  it('take the sky off anywhere, and know what lies outside', () => {
    const plain = residualsOf(width, height, expected);
    const out = new Float32Array(41 * 23);
    const same = new Float32Array(41 * 23);
    for (const [left, top] of [
      [0, 0],
      [-7, 60],
      [width - 30, height - 9],
      [77, 51],
    ]) {
      residuals.copy(left, top, 41, 23, out);
      plain.copy(left, top, 41, 23, same);
      for (let i = 0; i < out.length; i++) {
        expect(Number.isNaN(out[i])).toBe(Number.isNaN(same[i]));
        // Patches take the sky for a plane, which it is not quite.
        if (!Number.isNaN(same[i]))
          expect(Math.abs(out[i] - same[i])).toBeLessThan(mosaic ? 2e-3 : 0.02 + 0.01 * Math.abs(same[i]));
      }
    }
  });

  it('list the bright pixels', () => {
    const bright = findBrightPixels(frame, residuals, meshes, 1);
    const wanted = [...expected.keys()].filter((i) => expected[i] > 6);
    expect(wanted.length).toBeGreaterThan(20);
    expect([...bright].filter((i) => Math.abs(expected[i] - 6) > 0.01)).toEqual(
      wanted.filter((i) => Math.abs(expected[i] - 6) > 0.01),
    );
  });

  it('smooth, find the maxima and bin as plain loops do', () => {
    const kernel = gaussianKernel(1.1);
    const reach = kernel.length >> 1;
    const clean = (x: number, y: number) =>
      x < 0 || y < 0 || x >= width || y >= height ? 0 : Math.max(-6, expected[y * width + x]);
    const rowsSmoothed = Float64Array.from(expected, (_, i) => {
      let sum = 0;
      for (let k = -reach; k <= reach; k++)
        sum += kernel[k + reach] * clean((i % width) + k, Math.floor(i / width));
      return sum;
    });
    const smoothed = rowsSmoothed.map((_, i) => {
      let sum = 0;
      for (let k = -reach; k <= reach; k++) sum += kernel[k + reach] * (rowsSmoothed[i + k * width] ?? 0);
      return sum;
    });
    const wanted = [...smoothed.keys()].filter((i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      if (smoothed[i] < 6.01 || x < 1 || y < 1 || x > width - 2 || y > height - 2) return false;
      const around = [-1, 1, -width, width, -width - 1, -width + 1, width - 1, width + 1];
      return around.every((step) => smoothed[i] > smoothed[i + step]);
    });
    const found = findMaxima(residuals, kernel, 1, 6, 5).filter(({ strength }) => strength >= 6.01);
    expect(wanted.length).toBeGreaterThan(10);
    expect(found.map(({ x, y }) => y * width + x).sort((a, b) => a - b)).toEqual(wanted);
    expect(found[0].strength).toBeCloseTo(Math.max(...wanted.map((i) => smoothed[i])), 1);
    const binned = residuals.binned(5);
    const plain = residualsOf(width, height, expected).binned(5);
    expect([binned.width, binned.height]).toEqual([plain.width, plain.height]);
    binned.data.forEach((value, i) => {
      expect(Math.abs(value - plain.data[i])).toBeLessThan(2e-3);
    });
  });

  it('leave holes out and heal them for the passes', () => {
    residuals.takeOut(50, 40);
    expect(residuals.at(50, 40)).toBeNaN();
    residuals.hide(50, 40, false);
    const beside = [-1, 1, -width, width].map((step) => samples[40 * width + 50 + step]);
    const mean = beside.reduce((sum, value) => sum + value, 0) / 4;
    const mesh = meshes[0];
    const level = spread(mesh, mesh.level, 50, 40);
    expect(Math.abs(residuals.at(50, 40) - (mean - level) / 20)).toBeLessThan(0.3);
  });
});

describe('the bytes of a FITS file', () => {
  it('become words in the order of the machine, 32768 higher', () => {
    const space = new KernelSpace();
    const at = space.allocate(64);
    const stored = [-32768, 32767, 0, -1, 1, 255, 256, -2, 12345, -12345, 7];
    const view = new DataView(space.bytes(at, 2 * stored.length).buffer, at);
    for (const [i, value] of stored.entries()) view.setInt16(2 * i, value);
    space.run.swapWords(at, stored.length);
    expect([...space.words(at, stored.length)]).toEqual(stored.map((value) => value + 32_768));
  });
});
