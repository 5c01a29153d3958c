/** Rows and columns that are brighter than their neighbours all over the frame: the detector's own stripes. */
import { type Raster, segmentLength } from './raster.ts';
import { followsDetector } from './spikes.ts';
import { medianOf } from './strip.ts';
import type { TracedLine } from './trace-line.ts';

/** A line along rows or columns must stand out this much (sigmas) from all others, averaged over the same stretch. */
const leastDistinction = 6;

/** True when the line follows a row or column and is no brighter than the frame's stripes are anyway. */
export function isBanding(line: TracedLine, map: Raster, cell: number): boolean {
  const { segment } = line;
  // The better part of a wide stripe can be followed a little askew.
  const stray = Math.max(1.5, 0.7 * line.fwhm);
  if (!followsDetector(segment, stray) || segmentLength(segment) < 4 * cell) return false;
  const flat = Math.abs(segment.x2 - segment.x1) > Math.abs(segment.y2 - segment.y1);
  const begin = Math.floor(Math.min(flat ? segment.x1 : segment.y1, flat ? segment.x2 : segment.y2) / cell);
  const end = Math.ceil(Math.max(flat ? segment.x1 : segment.y1, flat ? segment.x2 : segment.y2) / cell);
  const means = stripeMeans(map, flat, begin, end);
  const size = Math.max(1, Math.round(line.fwhm / cell));
  const smooth = runningMeans(means, size);
  const place = Math.round(
    ((flat ? segment.y1 + segment.y2 : segment.x1 + segment.x2) / 2 + 0.5) / cell - 0.5,
  );
  let own = Number.NEGATIVE_INFINITY;
  for (let k = Math.max(0, place - size - 1); k <= Math.min(smooth.length - 1, place + 1); k++) {
    if (smooth[k] > own) own = smooth[k];
  }
  const defined = [...smooth].filter((value) => !Number.isNaN(value));
  const middle = medianOf(defined);
  const spread = 1.4826 * medianOf(defined.map((value) => Math.abs(value - middle)));
  return own - middle < leastDistinction * spread;
}

/** Mean of each row (or column) of the map over cells `begin` to `end`. */
function stripeMeans(map: Raster, flat: boolean, begin: number, end: number): Float64Array {
  const { width, height, data, blocked } = map;
  const means = new Float64Array(flat ? height : width);
  const last = Math.min(flat ? width : height, end);
  for (let stripe = 0; stripe < means.length; stripe++) {
    let sum = 0;
    let count = 0;
    for (let along = Math.max(0, begin); along < last; along++) {
      const at = flat ? stripe * width + along : along * width + stripe;
      if (blocked[at] !== 0 || Number.isNaN(data[at])) continue;
      sum += Math.max(-4, Math.min(4, data[at]));
      count++;
    }
    means[stripe] = 3 * count > last - begin ? sum / count : Number.NaN;
  }
  return means;
}

function runningMeans(values: Float64Array, size: number): Float64Array {
  const result = new Float64Array(Math.max(0, values.length - size + 1));
  for (let i = 0; i < result.length; i++) {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += values[i + k];
    result[i] = sum / size;
  }
  return result;
}
