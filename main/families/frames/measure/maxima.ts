/** Local maxima of the residual after smoothing with a separable Gaussian: where stars may be. */

export interface Maxima {
  readonly x: number[];
  readonly y: number[];
  /** Smoothed value over the noise of the smoothed residual. */
  readonly strength: number[];
}

/** Symmetric kernel of unit energy along one axis, so that unit noise stays unit noise after both passes. */
export function gaussianKernel(sigmaPixels: number): Float32Array {
  const reach = Math.max(1, Math.ceil(2.6 * sigmaPixels));
  const kernel = new Float32Array(2 * reach + 1);
  let energy = 0;
  for (let k = -reach; k <= reach; k++) {
    kernel[k + reach] = Math.exp((-0.5 * k * k) / (sigmaPixels * sigmaPixels));
    energy += kernel[k + reach] ** 2;
  }
  return kernel.map((value) => value / Math.sqrt(energy));
}

export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/**
 * Calls `found` for every local maximum (3 x 3) above `threshold`. Undefined pixels count as sky. `limit` holds
 * back values so that one saturated or hot pixel does not drown its surroundings; spikes narrower than any star
 * (the four neighbours hold less than `spikeShare` of the pixel) are left out and reported to `spike`.
 */
export function findMaxima(
  plane: Plane,
  kernel: Float32Array,
  options: {
    readonly threshold: number;
    readonly spikeShare: number;
    readonly spike?: (x: number, y: number, strength: number) => void;
  },
): Maxima {
  const { width, height } = plane;
  const reach = kernel.length >> 1;
  const ring = Array.from({ length: kernel.length }, () => new Float32Array(width));
  const smoothed = [0, 1, 2].map(() => new Float32Array(width));
  const padded = new Float32Array(width + 2 * reach);
  const out: Maxima = { x: [], y: [], strength: [] };
  for (let y = 0; y < height + reach + 1; y++) {
    if (y < height) {
      loadRow(plane, y, padded, reach, options);
      smoothAlong(padded, kernel, ring[y % kernel.length]);
    } else ring[y % kernel.length].fill(0);
    const centre = y - reach;
    if (centre >= 0 && centre < height) smoothAcross(ring, kernel, y, smoothed[centre % 3]);
    const row = centre - 1;
    if (row >= 1 && row < height - 1) collect(smoothed, row, width, options.threshold, out);
  }
  return out;
}

function loadRow(
  plane: Plane,
  y: number,
  padded: Float32Array,
  reach: number,
  options: { spikeShare: number; spike?: (x: number, y: number, strength: number) => void },
): void {
  const { width, height, values } = plane;
  const base = y * width;
  for (let x = 0; x < width; x++) {
    let value = values[base + x];
    if (Number.isNaN(value)) value = 0;
    else if (value > 6 && x > 0 && y > 0 && x < width - 1 && y < height - 1) {
      const around = meanOfFour(values, base + x, width);
      if (around < options.spikeShare * value - 0.5) {
        options.spike?.(x, y, value);
        value = around;
      }
    } else if (value < -6) value = -6;
    padded[reach + x] = value;
  }
}

export function meanOfFour(values: Float32Array, index: number, width: number): number {
  let sum = 0;
  let count = 0;
  for (const neighbour of [index - 1, index + 1, index - width, index + width]) {
    const value = values[neighbour];
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : 0;
}

function smoothAlong(padded: Float32Array, kernel: Float32Array, out: Float32Array): void {
  const reach = kernel.length >> 1;
  const centre = kernel[reach];
  for (let x = 0; x < out.length; x++) out[x] = centre * padded[reach + x];
  for (let k = 1; k <= reach; k++) {
    const weight = kernel[reach + k];
    for (let x = 0; x < out.length; x++) out[x] += weight * (padded[reach + x - k] + padded[reach + x + k]);
  }
}

function smoothAcross(
  ring: readonly Float32Array[],
  kernel: Float32Array,
  last: number,
  out: Float32Array,
): void {
  out.fill(0);
  for (let k = 0; k < kernel.length; k++) {
    const y = last - kernel.length + 1 + k;
    if (y < 0) continue;
    const row = ring[y % kernel.length];
    const weight = kernel[k];
    for (let x = 0; x < out.length; x++) out[x] += weight * row[x];
  }
}

function collect(
  smoothed: readonly Float32Array[],
  row: number,
  width: number,
  threshold: number,
  out: Maxima,
): void {
  const above = smoothed[(row + 2) % 3];
  const here = smoothed[row % 3];
  const below = smoothed[(row + 1) % 3];
  for (let x = 1; x < width - 1; x++) {
    const value = here[x];
    if (value < threshold) continue;
    if (value <= here[x - 1] || value < here[x + 1]) continue;
    if (value <= above[x] || value <= above[x - 1] || value <= above[x + 1]) continue;
    if (value < below[x] || value < below[x - 1] || value < below[x + 1]) continue;
    out.x.push(x);
    out.y.push(row);
    out.strength.push(value);
  }
}

/** Sums 2 x 2 pixels and halves the sum: unit noise stays unit noise. Undefined pixels count as sky. */
export function halve(plane: Plane): Plane {
  const width = plane.width >> 1;
  const height = plane.height >> 1;
  const values = new Float32Array(width * height);
  const at = (index: number) => (Number.isNaN(plane.values[index]) ? 0 : plane.values[index]);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const index = 2 * y * plane.width + 2 * x;
      values[y * width + x] =
        (at(index) + at(index + 1) + at(index + plane.width) + at(index + plane.width + 1)) / 2;
    }
  return { width, height, values };
}
