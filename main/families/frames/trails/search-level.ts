/** The line search on one binned map: pieces, strongest first, each followed to its ends. */
import { type Piece, searchLines } from './line-transform.ts';
import { type Raster, type Segment, segmentLength } from './raster.ts';

/** Least z of a piece of 2^level cells to be followed up. Short pieces must be bright: faint clumps are everywhere. */
const pieceThresholds: readonly number[] = [0, 0, 0, 7.5, 6, 5, 4.5, 4.5, 4.5, 4.5, 4.5];
/** Least z of a piece in the map as it is after others were blocked. */
const leastRemaining = 4.2;

/** One binned map. */
export interface SearchLevel {
  readonly raster: Raster;
  /** Non-zero in cells that are blocked, or whose light is known to be no line's. */
  readonly spent: Uint8Array;
  /** Pixels of the frame in the side of a cell. */
  readonly cell: number;
}

/** Pieces of lines above the thresholds, strongest first, in cells of the map. */
export function strongestPieces(level: SearchLevel): Piece[] {
  const { raster, spent } = level;
  for (let i = 0; i < spent.length; i++) spent[i] |= raster.blocked[i];
  return searchLines({ ...raster, blocked: spent }, pieceThresholds);
}

/** Parts of a piece that are weighed against one another. */
const parts = 8;
/** Cells count for this many sigmas at most. */
const mostLight = 4;
/** Least z of a piece without its brightest part, over that of an even one. */
const leastRest = 0.62;
/** Parts that must hold a share of their due. */
const leastPresent = 5;
const leastShare = 0.35;

/**
 * What the map holds of a piece's light: `lit` while enough of it is left and spread over its length, `lump` when most of
 * it lies in one place (which is then spent, so that other lines through it are not looked at), else `dark`.
 */
export function weighPiece({ raster, spent }: SearchLevel, piece: Segment): 'lit' | 'lump' | 'dark' {
  const steps = Math.ceil(segmentLength(piece));
  if (mostlyHidden(raster, piece, steps)) return 'dark';
  const { width, height, data, blocked } = raster;
  const dx = (piece.x2 - piece.x1) / steps;
  const dy = (piece.y2 - piece.y1) / steps;
  for (let part = 0, t = 0; part < parts; part++) {
    let lit = 0;
    let open = 0;
    for (; t * parts < (part + 1) * (steps + 1); t++) {
      // Never negative: cutting off the fraction rounds down.
      const x = (piece.x1 + dx * t + 0.5) | 0;
      const y = (piece.y1 + dy * t + 0.5) | 0;
      if (x >= width || y >= height) continue;
      const at = y * width + x;
      const value = data[at];
      if (spent[at] !== 0 || blocked[at] !== 0 || Number.isNaN(value)) continue;
      lit += Math.min(mostLight, Math.max(-mostLight, value));
      open++;
    }
    sums[part] = lit;
    counts[part] = open;
  }
  let sum = 0;
  let count = 0;
  let top = 0;
  for (let part = 0; part < parts; part++) {
    sum += sums[part];
    count += counts[part];
    if (sums[part] > sums[top]) top = part;
  }
  if (count * 2 < steps && count < 12) return 'dark';
  if (!(sum > leastRemaining * Math.sqrt(count))) return 'dark';
  const rest = (sum - sums[top]) / Math.sqrt(Math.max(1, count - counts[top]));
  let present = 0;
  for (let part = 0; part < parts; part++)
    if (sums[part] > (leastShare * sum * counts[part]) / count) present++;
  if (rest > leastRest * leastRemaining && present >= leastPresent) return 'lit';
  const middle = (top + 0.5) / parts;
  const x = piece.x1 + (piece.x2 - piece.x1) * middle;
  const y = piece.y1 + (piece.y2 - piece.y1) * middle;
  spend(raster, spent, x, y, Math.max(2, Math.min(8, steps / (2 * parts))));
  return 'lump';
}

/** A quick look at every eighth cell: true when most of the piece was blocked since it was found. */
function mostlyHidden({ width, height, blocked }: Raster, piece: Segment, steps: number): boolean {
  let open = 0;
  let looked = 0;
  for (let t = 4; t < steps; t += 8) {
    const x = Math.round(piece.x1 + ((piece.x2 - piece.x1) * t) / steps);
    const y = Math.round(piece.y1 + ((piece.y2 - piece.y1) * t) / steps);
    looked++;
    if (x >= 0 && y >= 0 && x < width && y < height && blocked[y * width + x] === 0) open++;
  }
  return looked > 3 && open < 0.4 * looked;
}

/** Least z of a piece that can only have been a clump of light when no line is found in it. */
const clumpZ = 7;

/** Takes the light of a piece in which there is no line out of the search where it is a clump's. */
export function spendPiece({ raster, spent }: SearchLevel, piece: Piece): void {
  if (piece.z < clumpZ) return;
  const steps = Math.ceil(segmentLength(piece));
  for (let t = 0; t <= steps; t++) {
    const x = piece.x1 + ((piece.x2 - piece.x1) * t) / steps;
    const y = piece.y1 + ((piece.y2 - piece.y1) * t) / steps;
    spend(raster, spent, Math.round(x), Math.round(y), 1.5);
  }
}

const sums = new Float64Array(parts);
const counts = new Int32Array(parts);

function spend({ width, height }: Raster, spent: Uint8Array, x: number, y: number, radius: number): void {
  for (let j = Math.max(0, Math.ceil(y - radius)); j <= Math.min(height - 1, y + radius); j++) {
    for (let i = Math.max(0, Math.ceil(x - radius)); i <= Math.min(width - 1, x + radius); i++) {
      if ((i - x) ** 2 + (j - y) ** 2 <= radius * radius) spent[j * width + i] = 1;
    }
  }
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
