/**
 * The frame with its sky taken off, in units of the local noise, read where it is needed: large frames are kept as
 * they were stored, and residuals are made of them on the fly. No whole plane of them has to stand in memory.
 */

export interface ResidualPixels {
  readonly width: number;
  readonly height: number;
  /** The residual of pixel (x, y), both whole numbers; NaN where it is undefined and outside the frame. */
  at(x: number, y: number): number;
  /**
   * Writes the rectangle of `width` x `height` pixels from (left, top) on to `out`, row by row from index 0 on; NaN
   * where undefined and outside the frame. Much faster than `at` for neighbouring pixels.
   */
  copy(left: number, top: number, width: number, height: number, out: Float32Array): void;
  /** The whole frame in square cells of `cell` pixels; what lies beyond the last whole cell is left out. */
  binned(cell: number): BinnedResidual;
}

export interface BinnedResidual {
  readonly width: number;
  readonly height: number;
  /**
   * Row by row, of unit noise: the sum of a cell's defined pixels, each clamped to +-5, over the root of their number.
   * NaN where less than half of them are defined. The caller may change it.
   */
  readonly data: Float32Array;
}

/** Sigma at which a single pixel is clipped before binning, so that hits and hot pixels stay small. */
export const binnedClip = 5;

/** Residuals that stand in one array, row by row. */
export function residualsOf(width: number, height: number, values: Float32Array): ResidualPixels {
  return {
    width,
    height,
    at: (x, y) => (x >= 0 && y >= 0 && x < width && y < height ? values[y * width + x] : Number.NaN),
    copy: (left, top, columns, rows, out) => {
      for (let j = 0; j < rows; j++) {
        const y = top + j;
        const start = j * columns;
        const first = Math.max(0, left);
        const end = Math.min(width, left + columns);
        if (y < 0 || y >= height || end <= first) {
          out.fill(Number.NaN, start, start + columns);
          continue;
        }
        out.fill(Number.NaN, start, start + first - left);
        out.set(values.subarray(y * width + first, y * width + end), start + first - left);
        out.fill(Number.NaN, start + end - left, start + columns);
      }
    },
    binned: (cell) => binArray(width, height, values, cell),
  };
}

function binArray(
  frameWidth: number,
  frameHeight: number,
  values: Float32Array,
  cell: number,
): BinnedResidual {
  const width = Math.floor(frameWidth / cell);
  const height = Math.floor(frameHeight / cell);
  const data = new Float32Array(width * height);
  const counts = new Uint16Array(width);
  const least = (cell * cell) / 2;
  for (let row = 0; row < height; row++) {
    const out = row * width;
    counts.fill(0);
    for (let y = row * cell; y < (row + 1) * cell; y++)
      for (let x = 0; x < width * cell; x++) {
        const value = values[y * frameWidth + x];
        if (Number.isNaN(value)) continue;
        const column = Math.floor(x / cell);
        data[out + column] += Math.max(-binnedClip, Math.min(binnedClip, value));
        counts[column]++;
      }
    for (let column = 0; column < width; column++)
      data[out + column] =
        counts[column] < least ? Number.NaN : data[out + column] / Math.sqrt(counts[column]);
  }
  return { width, height, data };
}
