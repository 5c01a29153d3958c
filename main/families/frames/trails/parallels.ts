/** Whether the sky beside a line is full of others like it: ripples, stripes, streaky nebulae. */
import { type Raster, segmentLength } from './raster.ts';
import { medianOf } from './strip.ts';
import type { TracedLine } from './trace-line.ts';

/** Parallels looked at on either side: from `first` to `last` widths away. */
const first = 3;
const last = 16;
/** Fewest parallels inside the frame that show a scatter. */
const fewest = 10;

/**
 * Scatter of the sums along lines beside this one (of the same direction, length and width), in units of what noise
 * makes; 1 where too few lie inside the map.
 */
export function scatterOfParallels(line: TracedLine, map: Raster, cell: number): number {
  const stride = Math.max(line.fwhm / cell, 1);
  const sides = [-1, 1].map((side) => {
    const sums: { k: number; sum: number }[] = [];
    for (let k = first; k <= last; k++) {
      const sum = sumAlong(line, map, cell, side * k * stride, stride);
      if (!Number.isNaN(sum)) sums.push({ k: side * k, sum });
    }
    return sums;
  });
  const sums = sides.flat();
  if (sums.length < fewest) return 1;
  const slope = slopeOf(sides);
  const level = sums.map(({ k, sum }) => sum - slope * k);
  const middle = medianOf(level);
  return 1.4826 * medianOf(level.map((value) => Math.abs(value - middle)));
}

/** Even rise from one side of the line to the other, which is no stripe; 0 where a side shows too little. */
function slopeOf(sides: readonly (readonly { k: number; sum: number }[])[]): number {
  if (sides.some((side) => side.length < fewest / 2)) return 0;
  const [left, right] = sides.map((side) => ({
    k: side.reduce((total, { k }) => total + k, 0) / side.length,
    sum: medianOf(side.map(({ sum }) => sum)),
  }));
  return (right.sum - left.sum) / (right.k - left.k);
}

/** Sum over its noise along a parallel `offset` cells away, `width` cells wide; NaN where half of it is not defined. */
function sumAlong({ segment }: TracedLine, map: Raster, cell: number, offset: number, width: number): number {
  const length = segmentLength(segment);
  const dx = (segment.x2 - segment.x1) / length;
  const dy = (segment.y2 - segment.y1) / length;
  const across = Math.max(1, Math.round(width));
  const steps = Math.floor(length / cell);
  let sum = 0;
  let count = 0;
  for (let lane = 0; lane < across; lane++) {
    const aside = offset + lane - (across - 1) / 2;
    const startX = (segment.x1 + 0.5) / cell - dy * aside;
    const startY = (segment.y1 + 0.5) / cell + dx * aside;
    for (let t = 0; t <= steps; t++) {
      const x = Math.floor(startX + dx * t);
      const y = Math.floor(startY + dy * t);
      if (x < 0 || y < 0 || x >= map.width || y >= map.height) continue;
      const at = y * map.width + x;
      if (map.blocked[at] !== 0 || Number.isNaN(map.data[at])) continue;
      sum += Math.max(-4, Math.min(4, map.data[at]));
      count++;
    }
  }
  return 2 * count > across * steps ? sum / Math.sqrt(count) : Number.NaN;
}
