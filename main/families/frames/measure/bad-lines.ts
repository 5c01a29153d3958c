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
  const columnSum = new Float64Array(width);
  const columnCount = new Uint32Array(width);
  const rowMean = new Float64Array(height);
  const rowCount = new Uint32Array(height);
  for (let y = 0; y < height; y++) {
    const base = y * width;
    let sum = 0;
    for (let x = 0; x < width; x++) {
      const value = residual[base + x];
      if (Number.isNaN(value)) continue;
      const clipped = value > clip ? clip : Math.max(value, -clip);
      sum += clipped;
      columnSum[x] += clipped;
      columnCount[x]++;
      rowCount[y]++;
    }
    rowMean[y] = sum / Math.max(1, rowCount[y]);
  }
  const columnMean = columnSum.map((sum, x) => sum / Math.max(1, columnCount[x]));
  return { badColumns: standOut(columnMean, columnCount), badRows: standOut(rowMean, rowCount) };
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
