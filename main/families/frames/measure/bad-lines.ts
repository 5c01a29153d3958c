/** Columns and rows of the detector that differ from their neighbours along most of their length. */

export interface BadLines {
  readonly badColumns: Uint16Array;
  readonly badRows: Uint16Array;
}

/** Values count up to this many sigmas, so that a star on a column does not make it a bad one. */
const clip = 2.5;
/** Neighbours on either side that a line is compared with. */
const reach = 4;

export function findBadLines(residual: Float32Array, width: number, height: number): BadLines {
  if (width < 16 || height < 16) return { badColumns: new Uint16Array(0), badRows: new Uint16Array(0) };
  const columns = columnMeans(residual, width, height);
  const rows = rowMeans(residual, width, height);
  return { badColumns: standOut(columns.mean, columns.count), badRows: standOut(rows.mean, rows.count) };
}

/** Pixels of a line that are looked at on large frames. */
const samples = 1200;

interface LineMeans {
  readonly mean: Float64Array;
  readonly count: Uint32Array;
}

function columnMeans(residual: Float32Array, width: number, height: number): LineMeans {
  const sum = new Float64Array(width);
  const count = new Uint32Array(width);
  const stride = Math.max(1, Math.floor(height / samples));
  for (let y = 0; y < height; y += stride) {
    const base = y * width;
    for (let x = 0; x < width; x++) {
      const value = residual[base + x];
      if (Number.isNaN(value)) continue;
      sum[x] += value > clip ? clip : Math.max(value, -clip);
      count[x]++;
    }
  }
  return { mean: sum.map((total, x) => total / Math.max(1, count[x])), count };
}

function rowMeans(residual: Float32Array, width: number, height: number): LineMeans {
  const mean = new Float64Array(height);
  const count = new Uint32Array(height);
  const stride = Math.max(1, Math.floor(width / samples));
  for (let y = 0; y < height; y++) {
    const end = (y + 1) * width;
    let sum = 0;
    let taken = 0;
    for (let i = y * width; i < end; i += stride) {
      const value = residual[i];
      if (Number.isNaN(value)) continue;
      sum += value > clip ? clip : Math.max(value, -clip);
      taken++;
    }
    mean[y] = sum / Math.max(1, taken);
    count[y] = taken;
  }
  return { mean, count };
}

/** Lines whose mean differs from the median of their neighbours by far more than its error, one or two abreast. */
function standOut(mean: Float64Array, count: Uint32Array): Uint16Array {
  const found: number[] = [];
  const around: number[] = [];
  for (let k = 0; k < mean.length; k++) {
    if (count[k] < 16) continue;
    around.length = 0;
    for (let n = Math.max(0, k - reach); n <= Math.min(mean.length - 1, k + reach); n++)
      if (n !== k && count[n] >= 16) around.push(mean[n]);
    if (around.length < 3) continue;
    around.sort((a, b) => a - b);
    const centre = around[around.length >> 1];
    const spread =
      around[Math.floor(0.75 * (around.length - 1))] - around[Math.ceil(0.25 * (around.length - 1))];
    const threshold = Math.max(6 / Math.sqrt(count[k]), 0.15, 4 * spread);
    if (Math.abs(mean[k] - centre) > threshold) found.push(k);
  }
  return Uint16Array.from(found.filter((k) => runLength(found, k) <= 2));
}

function runLength(sorted: readonly number[], value: number): number {
  const members = new Set(sorted);
  let length = 1;
  for (let k = value - 1; members.has(k); k--) length++;
  for (let k = value + 1; members.has(k); k++) length++;
  return length;
}
