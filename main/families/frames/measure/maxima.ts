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
 * Local maxima (3 x 3) above `threshold` of the plane smoothed with `kernel` along both axes. Undefined pixels count as
 * the mean of the defined ones beside them.
 */
export function findMaxima(plane: Plane, kernel: Float32Array, threshold: number): Maxima {
  const { width, height } = plane;
  const reach = kernel.length >> 1;
  const ring = Array.from({ length: kernel.length }, () => new Float32Array(width));
  const smoothed = [0, 1, 2].map(() => new Float32Array(width));
  const padded = new Float32Array(width + 2 * reach);
  const out: Maxima = { x: [], y: [], strength: [] };
  for (let y = 0; y < height + reach + 1; y++) {
    if (y < height) {
      loadRow(plane, y, padded, reach);
      smoothAlong(padded, kernel, ring[y % kernel.length]);
    } else ring[y % kernel.length].fill(0);
    const centre = y - reach;
    if (centre >= 0 && centre < height) smoothAcross(ring, kernel, y, smoothed[centre % 3]);
    const row = centre - 1;
    if (row >= 1 && row < height - 1) collect(smoothed, row, width, threshold, out);
  }
  return out;
}

/** Values below this many sigmas are dead pixels and bleeding, not sky. */
const lowest = -6;

function loadRow(plane: Plane, y: number, padded: Float32Array, reach: number): void {
  const { width, values } = plane;
  const base = y * width;
  for (let x = 0; x < width; x++) {
    const value = values[base + x];
    padded[reach + x] = value > lowest ? value : Number.isNaN(value) ? besideUndefined(plane, x, y) : lowest;
  }
}

function besideUndefined(plane: Plane, x: number, y: number): number {
  const { width, height, values } = plane;
  const index = y * width + x;
  let sum = 0;
  let count = 0;
  const look = (neighbour: number) => {
    if (Number.isNaN(values[neighbour])) return;
    sum += values[neighbour];
    count++;
  };
  if (x > 0) look(index - 1);
  if (x < width - 1) look(index + 1);
  if (y > 0) look(index - width);
  if (y < height - 1) look(index + width);
  return count > 0 ? sum / count : 0;
}

/** Two pairs of taps to a pass: what is read and written once serves four products. */
function smoothAlong(padded: Float32Array, kernel: Float32Array, out: Float32Array): void {
  const reach = kernel.length >> 1;
  const length = out.length;
  for (let k = 1; k <= reach; k += 2) {
    const near = kernel[reach + k];
    const far = k < reach ? kernel[reach + k + 1] : 0;
    const centre = k === 1 ? kernel[reach] : 0;
    const a = reach - k;
    const b = reach + k;
    const c = k < reach ? a - 1 : a;
    const d = k < reach ? b + 1 : b;
    if (k === 1) {
      for (let x = 0; x < length; x++)
        out[x] =
          centre * padded[reach + x] +
          near * (padded[a + x] + padded[b + x]) +
          far * (padded[c + x] + padded[d + x]);
    } else {
      for (let x = 0; x < length; x++)
        out[x] += near * (padded[a + x] + padded[b + x]) + far * (padded[c + x] + padded[d + x]);
    }
  }
}

function smoothAcross(
  ring: readonly Float32Array[],
  kernel: Float32Array,
  last: number,
  out: Float32Array,
): void {
  const reach = kernel.length >> 1;
  const length = out.length;
  const centreRow = last - reach;
  const rowAt = (y: number) => (y < 0 ? null : ring[y % kernel.length]);
  const middle = ring[centreRow % kernel.length];
  const centre = kernel[reach];
  for (let x = 0; x < length; x++) out[x] = centre * middle[x];
  for (let k = 1; k <= reach; k++) {
    const weight = kernel[reach + k];
    const above = rowAt(centreRow - k);
    const below = ring[(centreRow + k) % kernel.length];
    if (above === null) for (let x = 0; x < length; x++) out[x] += weight * below[x];
    else if (k < reach && centreRow - k - 1 >= 0) {
      const next = kernel[reach + k + 1];
      const farAbove = ring[(centreRow - k - 1) % kernel.length];
      const farBelow = ring[(centreRow + k + 1) % kernel.length];
      for (let x = 0; x < length; x++)
        out[x] += weight * (above[x] + below[x]) + next * (farAbove[x] + farBelow[x]);
      k++;
    } else for (let x = 0; x < length; x++) out[x] += weight * (above[x] + below[x]);
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
  const source = plane.values;
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    let upper = 2 * y * plane.width;
    let lower = upper + plane.width;
    const end = (y + 1) * width;
    for (let out = y * width; out < end; out++, upper += 2, lower += 2) {
      const sum = source[upper] + source[upper + 1] + source[lower] + source[lower + 1];
      values[out] = Number.isNaN(sum)
        ? (defined(source[upper]) +
            defined(source[upper + 1]) +
            defined(source[lower]) +
            defined(source[lower + 1])) /
          2
        : sum / 2;
    }
  }
  return { width, height, values };
}

function defined(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}
