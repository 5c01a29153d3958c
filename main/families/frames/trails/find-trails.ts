/** Straight trails of satellites, aircraft and meteors in one frame. */
import type { StarTable, TrailCandidate } from '../record.ts';
import { type LinePeak, lineBufferLength, searchLines } from './line-transform.ts';
import { enlarge, type Raster, type Segment, segmentLength } from './raster.ts';
import { binningFor, binResidual, flatten, quantise } from './sky-map.ts';
import { blockStars } from './star-mask.ts';
import { type TracedLine, traceLine } from './trace-line.ts';
import { judgeLine } from './verify.ts';

export interface TrailSearchInput {
  readonly width: number;
  readonly height: number;
  /** Sky removed, divided by the local sigma; NaN where undefined; row-major. Not modified. */
  readonly residual: Float32Array;
  readonly stars: StarTable;
  /** Of the frame's stars, px. */
  readonly fwhm: number;
  readonly badColumns: Uint16Array;
  readonly badRows: Uint16Array;
}

/** Least z of a piece of 2^level cells to be followed up. Short pieces must be bright: faint clumps are everywhere. */
const never = Number.POSITIVE_INFINITY;
const pieceThresholds: readonly number[] = [never, never, never, 7.5, 6, 5, 4.5, 4.5, 4.5, 4.5, 4.5];
/** Integrated signal to noise in the binned map below which a line is not looked at in full resolution. */
const leastBinned = 5;
const mostRounds = 6;
const mostTraces = 120;
const smallestSide = 48;

interface Search {
  readonly input: TrailSearchInput;
  readonly cell: number;
  readonly binned: Raster;
  readonly full: Raster;
  readonly rowsFirst: Int16Array;
  readonly transposed: Int16Array;
  readonly buffers: readonly [Int16Array, Int16Array];
  readonly strip: Float32Array;
}

/**
 * Finds each straight trail once, however long or broken, most significant first. Pure: the same input gives the same
 * list; nothing is modified.
 */
export function findTrails(input: TrailSearchInput): TrailCandidate[] {
  if (Math.min(input.width, input.height) < smallestSide) return [];
  const search = prepare(input);
  const found: TrailCandidate[] = [];
  const dismissed: Segment[] = [];
  let traces = 0;
  for (let round = 0; round < mostRounds && traces < mostTraces; round++) {
    let changed = false;
    for (const peak of strongestPieces(search)) {
      if (traces >= mostTraces) break;
      const piece: Segment = peak;
      if (dismissed.some((other) => sameLine(piece, other, 4))) continue;
      if (piecesLight(search.binned, piece) < 4.2) continue;
      traces++;
      const line = trace(search, piece);
      const verdict = line === null ? 'faint' : judgeLine(line, input);
      if (line === null || verdict === 'faint') {
        dismissed.push(piece);
        continue;
      }
      changed = true;
      blockLine(search, line);
      if (verdict === 'trail') found.push(toCandidate(line));
    }
    if (!changed) break;
  }
  return found.sort((a, b) => b.significance - a.significance);
}

function prepare(input: TrailSearchInput): Search {
  const cell = binningFor(input.width, input.height);
  const binned = binResidual(input, cell);
  blockStars(binned, input, cell);
  flatten(binned);
  const size = Math.max(
    lineBufferLength(binned.width, binned.height),
    lineBufferLength(binned.height, binned.width),
  );
  return {
    input,
    cell,
    binned,
    full: {
      width: input.width,
      height: input.height,
      data: input.residual,
      blocked: binned.blocked,
      blockedWidth: binned.width,
      blockedHeight: binned.height,
      cell,
    },
    rowsFirst: new Int16Array(binned.data.length),
    transposed: new Int16Array(binned.data.length),
    buffers: [new Int16Array(size), new Int16Array(size)],
    strip: new Float32Array(0),
  };
}

/** Pieces of lines above the thresholds, strongest first, in cells of the binned map. */
function strongestPieces(search: Search): (Segment & { z: number })[] {
  const { width, height } = search.binned;
  const validShare = Math.max(0.05, quantise(search.binned, search.rowsFirst, search.transposed));
  const pieces: (Segment & { z: number })[] = [];
  const shared = { validShare, thresholds: pieceThresholds, buffers: search.buffers };
  for (const sign of [1, -1] as const) {
    const flat: LinePeak[] = [];
    searchLines({ ...shared, map: search.transposed, along: width, across: height }, sign, flat);
    for (const p of flat) pieces.push({ z: p.z, x1: p.along1, y1: p.across1, x2: p.along2, y2: p.across2 });
    const steep: LinePeak[] = [];
    searchLines({ ...shared, map: search.rowsFirst, along: height, across: width }, sign, steep);
    for (const p of steep) pieces.push({ z: p.z, x1: p.across1, y1: p.along1, x2: p.across2, y2: p.along2 });
  }
  return pieces.sort((a, b) => b.z - a.z);
}

/** Signal to noise of a piece in the map as it is now, after others were blocked. */
function piecesLight(binned: Raster, piece: Segment): number {
  const steps = Math.ceil(segmentLength(piece));
  let sum = 0;
  let count = 0;
  for (let t = 0; t <= steps; t++) {
    const x = Math.round(piece.x1 + ((piece.x2 - piece.x1) * t) / steps);
    const y = Math.round(piece.y1 + ((piece.y2 - piece.y1) * t) / steps);
    if (x < 0 || y < 0 || x >= binned.width || y >= binned.height) continue;
    const at = y * binned.width + x;
    if (binned.blocked[at] !== 0 || Number.isNaN(binned.data[at])) continue;
    sum += Math.min(4, Math.max(-4, binned.data[at]));
    count++;
  }
  return count * 2 < steps && count < 12 ? 0 : sum / Math.sqrt(Math.max(1, count));
}

function trace(search: Search, piece: Segment): TracedLine | null {
  const coarse = traceLine(search.binned, piece, {
    half: 14,
    narrowest: 1.2,
    widest: Math.max(4, 30 / search.cell),
    reach: 3,
    buffer: search.strip,
  });
  if (coarse === null || coarse.significance < leastBinned) return null;
  return traceLine(search.full, enlarge(coarse.segment, search.cell), {
    half: coarse.fwhm * search.cell > 12 ? 80 : 40,
    narrowest: 1,
    widest: coarse.fwhm * search.cell > 12 ? 40 : 20,
    reach: search.cell + 1,
    buffer: search.strip,
  });
}

/** True when both ends of `a` lie within `tolerance` of the line through `b` and they overlap. */
function sameLine(a: Segment, b: Segment, tolerance: number): boolean {
  const length = segmentLength(b);
  const dx = (b.x2 - b.x1) / length;
  const dy = (b.y2 - b.y1) / length;
  const across1 = Math.abs((a.x1 - b.x1) * dy - (a.y1 - b.y1) * dx);
  const across2 = Math.abs((a.x2 - b.x1) * dy - (a.y2 - b.y1) * dx);
  if (across1 > tolerance || across2 > tolerance) return false;
  const along1 = (a.x1 - b.x1) * dx + (a.y1 - b.y1) * dy;
  const along2 = (a.x2 - b.x1) * dx + (a.y2 - b.y1) * dy;
  return Math.max(along1, along2) > 0 && Math.min(along1, along2) < length;
}

/** Hides a line and its wings, so that the next search sees what is left. */
function blockLine(search: Search, line: TracedLine): void {
  const { binned, cell } = search;
  const { blocked, width, height } = binned;
  const reach = (blockedHalfWidth(line) + cell) / cell;
  const x1 = (line.segment.x1 + 0.5) / cell;
  const y1 = (line.segment.y1 + 0.5) / cell;
  const length = segmentLength(line.segment) / cell;
  const dx = (line.segment.x2 - line.segment.x1) / (length * cell);
  const dy = (line.segment.y2 - line.segment.y1) / (length * cell);
  for (let t = -reach; t <= length + reach; t += 0.5) {
    for (let u = -reach; u <= reach; u += 0.5) {
      const x = Math.floor(x1 + dx * t - dy * u);
      const y = Math.floor(y1 + dy * t + dx * u);
      if (x >= 0 && y >= 0 && x < width && y < height) blocked[y * width + x] = 1;
    }
  }
}

/** Distance (px) at which the cross profile has faded into its own noise or begins to rise again. */
function blockedHalfWidth(line: TracedLine): number {
  const { profile } = line;
  let farthest = 1.2 * line.fwhm;
  for (const side of [-1, 1]) {
    for (let u = Math.ceil(1.2 * line.fwhm); u <= profile.half; u++) {
      const at = profile.half + side * u;
      if (!(profile.mean[at] > 2 * profile.noise[at])) {
        farthest = Math.max(farthest, u);
        break;
      }
    }
  }
  return Math.min(farthest, Math.max(6, 3 * line.fwhm));
}

/** FWHM that unrolling by nearest pixels adds in quadrature: uniform over one pixel, variance 1/12. */
const unrollingFwhmSquared = (8 * Math.LN2) / 12;

function toCandidate(line: TracedLine): TrailCandidate {
  const width = Math.sqrt(Math.max(1, line.fwhm ** 2 - unrollingFwhmSquared));
  return {
    ...line.segment,
    width,
    snr: line.amplitude * (line.fwhm / width),
    significance: line.significance,
    fill: line.fill,
  };
}
