/** How much light lies along a straight piece of a map, when no single place of it may carry the sum. */
import { type Raster, type Segment, segmentLength } from './raster.ts';

/** Values beyond this many sigmas are cut: a faint line is faint in every cell, remains of stars are not. */
const clipSigmas = 2.5;
const parts = 8;
/** Weights of the cells beside the line: a line of nearly two cells' width. */
const besideWeight = 0.4;
const acrossWeights = [besideWeight, 1, besideWeight] as const;
/** Share of the cells that must be open. */
const leastOpen = 0.5;

/**
 * Matched signal to noise of a line of star width along the piece, its strongest eighth left out and the rest
 * scaled up for it: about 1 sigma wide for noise alone. 0 where most of the piece is blocked.
 */
export function evenLight({ data, blocked, width, height }: Raster, piece: Segment): number {
  const steps = Math.ceil(segmentLength(piece));
  const [dx, dy] = [(piece.x2 - piece.x1) / steps, (piece.y2 - piece.y1) / steps];
  // across a line of cells is the axis that it is steeper to
  const isFlat = Math.abs(dx) >= Math.abs(dy);
  const sums = new Float64Array(parts);
  const squares = new Float64Array(parts);
  let open = 0;
  for (let t = 0; t <= steps; t++) {
    const part = Math.min(parts - 1, Math.floor((t * parts) / (steps + 1)));
    for (let place = 0; place < acrossWeights.length; place++) {
      const weight = acrossWeights[place]!;
      const x = Math.round(piece.x1 + dx * t + (isFlat ? 0 : place - 1));
      const y = Math.round(piece.y1 + dy * t + (isFlat ? place - 1 : 0));
      if (x < 0 || y < 0 || x >= width || y >= height) continue;
      const at = y * width + x;
      const value = data[at]!;
      if (blocked[at] !== 0 || Number.isNaN(value)) continue;
      sums[part]! += weight * Math.min(clipSigmas, Math.max(-clipSigmas, value));
      squares[part]! += weight * weight;
      if (place === 1) open++;
    }
  }
  return open < leastOpen * steps ? 0 : withoutStrongest(sums, squares);
}

function withoutStrongest(sums: Float64Array, squares: Float64Array): number {
  const [sum, square] = [sums, squares].map((list) => list.reduce((total, value) => total + value, 0)) as [
    number,
    number,
  ];
  let least = sum / Math.sqrt(Math.max(1e-9, square));
  for (let part = 0; part < parts; part++) {
    const rest = square - squares[part]!;
    if (rest <= 0) continue;
    least = Math.min(least, ((sum - sums[part]!) / rest) * Math.sqrt(square));
  }
  return least;
}
