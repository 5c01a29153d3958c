/** The line search on one binned map: pieces, strongest first, each followed to its ends. */
import { type LinePeak, lineBufferLength, searchLines } from './line-transform.ts';
import { type Raster, type Segment, segmentLength } from './raster.ts';
import { quantise } from './sky-map.ts';

const never = Number.POSITIVE_INFINITY;
/** Least z of a piece of 2^level cells to be followed up. Short pieces must be bright: faint clumps are everywhere. */
const pieceThresholds: readonly number[] = [never, never, never, 7.5, 6, 5, 4.5, 4.5, 4.5, 4.5, 4.5];
/** Least z of a piece in the map as it is after others were blocked. */
const leastRemaining = 4.2;

export interface Piece extends Segment {
  readonly z: number;
}

/** One binned map with the room its search needs. */
export interface SearchLevel {
  readonly raster: Raster;
  /** Pixels of the frame in the side of a cell. */
  readonly cell: number;
  readonly rowsFirst: Int16Array;
  readonly transposed: Int16Array;
  readonly buffers: readonly [Int16Array, Int16Array];
}

export function searchLevel(raster: Raster, cell: number): SearchLevel {
  const size = Math.max(
    lineBufferLength(raster.width, raster.height),
    lineBufferLength(raster.height, raster.width),
  );
  return {
    raster,
    cell,
    rowsFirst: new Int16Array(raster.data.length),
    transposed: new Int16Array(raster.data.length),
    buffers: [new Int16Array(size), new Int16Array(size)],
  };
}

/** Pieces of lines above the thresholds, strongest first, in cells of the map. */
export function strongestPieces(level: SearchLevel): Piece[] {
  const { width, height } = level.raster;
  const validShare = Math.max(0.05, quantise(level.raster, level.rowsFirst, level.transposed));
  const pieces: Piece[] = [];
  const shared = { validShare, thresholds: pieceThresholds, buffers: level.buffers };
  for (const sign of [1, -1] as const) {
    const flat: LinePeak[] = [];
    searchLines({ ...shared, map: level.transposed, along: width, across: height }, sign, flat);
    for (const p of flat) pieces.push({ z: p.z, x1: p.along1, y1: p.across1, x2: p.along2, y2: p.across2 });
    const steep: LinePeak[] = [];
    searchLines({ ...shared, map: level.rowsFirst, along: height, across: width }, sign, steep);
    for (const p of steep) pieces.push({ z: p.z, x1: p.across1, y1: p.along1, x2: p.across2, y2: p.along2 });
  }
  return pieces.sort((a, b) => b.z - a.z);
}

/** True while enough of the piece's light is left in the map. */
export function stillLit(raster: Raster, piece: Segment): boolean {
  const steps = Math.ceil(segmentLength(piece));
  let sum = 0;
  let count = 0;
  for (let t = 0; t <= steps; t++) {
    const x = Math.round(piece.x1 + ((piece.x2 - piece.x1) * t) / steps);
    const y = Math.round(piece.y1 + ((piece.y2 - piece.y1) * t) / steps);
    if (x < 0 || y < 0 || x >= raster.width || y >= raster.height) continue;
    const at = y * raster.width + x;
    if (raster.blocked[at] !== 0 || Number.isNaN(raster.data[at])) continue;
    sum += Math.min(4, Math.max(-4, raster.data[at]));
    count++;
  }
  if (count * 2 < steps && count < 12) return false;
  return sum > leastRemaining * Math.sqrt(count);
}

/** Blocks all cells (of `cell` pixels) within `reachPixels` of a segment, both in pixels of the frame. */
export function blockAround(raster: Raster, cell: number, segment: Segment, reachPixels: number): void {
  const { blocked, width, height } = raster;
  const reach = reachPixels / cell + 1;
  const x1 = (segment.x1 + 0.5) / cell;
  const y1 = (segment.y1 + 0.5) / cell;
  const pixels = segmentLength(segment);
  const dx = (segment.x2 - segment.x1) / pixels;
  const dy = (segment.y2 - segment.y1) / pixels;
  for (let t = -reach; t <= pixels / cell + reach; t += 0.5) {
    for (let u = -reach; u <= reach; u += 0.5) {
      const x = Math.floor(x1 + dx * t - dy * u);
      const y = Math.floor(y1 + dy * t + dx * u);
      if (x >= 0 && y >= 0 && x < width && y < height) blocked[y * width + x] = 1;
    }
  }
}

/** True when `a` overlaps `b`, is not much longer and has both ends within `tolerance` of the line through it. */
export function partOfLine(a: Segment, b: Segment, tolerance: number): boolean {
  const length = segmentLength(b);
  if (segmentLength(a) > 1.3 * length) return false;
  const dx = (b.x2 - b.x1) / length;
  const dy = (b.y2 - b.y1) / length;
  const across1 = Math.abs((a.x1 - b.x1) * dy - (a.y1 - b.y1) * dx);
  const across2 = Math.abs((a.x2 - b.x1) * dy - (a.y2 - b.y1) * dx);
  if (across1 > tolerance || across2 > tolerance) return false;
  const along1 = (a.x1 - b.x1) * dx + (a.y1 - b.y1) * dy;
  const along2 = (a.x2 - b.x1) * dx + (a.y2 - b.y1) * dy;
  return Math.max(along1, along2) > 0 && Math.min(along1, along2) < length;
}
