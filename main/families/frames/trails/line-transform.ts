/**
 * Sums along all digital lines of a map, by halves: a line over 2^k columns is a line over the left half followed by
 * one over the right half (Götz and Druck 1996; Brady 1998, "A fast discrete approximation algorithm for the Radon
 * transform"). Every level is searched, so that pieces of a line are found as well as whole ones. The sums themselves
 * are made by the kernels.
 */
import { emptyKernels, type LineKernels } from './kernels/line-kernels.ts';
import type { Raster, Segment } from './raster.ts';

/** Whole units for one sigma in the quantised map: sums over 1,024 cells clipped at 3.875 sigma stay within 16 bits. */
const unitsPerSigma = 8;
const clipUnits = 31;
const highestLevel = 10;
/** Lines looked at in one direction, and bytes of each: z, first column, columns, beginning, slope, one or two lines. */
const mostPeaks = 40_000;
const peakWords = 6;

/** A straight row of light, in cells of the map. */
export interface Piece extends Segment {
  /** Sum over the expected noise of the sum. */
  readonly z: number;
}

/**
 * Strongest line of each slope in each dyadic strip of the map, in cells, that reaches the threshold of its level:
 * `thresholds[k]` holds for lines over 2^k columns or rows (0: not searched).
 */
export function searchLines(raster: Raster, thresholds: readonly number[]): Piece[] {
  const { width, height } = raster;
  const space = emptyKernels();
  const cells = width * height;
  const data = space.allocate(4 * cells);
  const blocked = space.allocate(cells);
  const units = space.allocate(2 * cells);
  const turned = space.allocate(2 * cells);
  const laid = space.allocate(2 * cells);
  const bytes = Math.max(bufferBytes(space, width, height), bufferBytes(space, height, width));
  const buffers = [space.allocate(bytes), space.allocate(bytes)] as const;
  const peaks = space.allocate(4 * peakWords * mostPeaks);
  space.floats(data, cells).set(raster.data);
  space.bytes(blocked, cells).set(raster.blocked);
  const valid = space.run.quantise(data, blocked, cells, unitsPerSigma, clipUnits, units);
  const noise = unitsPerSigma * Math.sqrt(Math.max(0.05, valid / cells));
  const pieces: Piece[] = [];
  const search = { space, thresholds, noise, buffers, peaks };
  space.run.transpose(units, width, height, turned);
  for (const upright of [false, true]) {
    const along = upright ? height : width;
    const across = upright ? width : height;
    const map = upright ? units : turned;
    space.run.flipRows(map, across, along, laid);
    searchOneWay(search, map, along, across, (a1, c1, a2, c2, z) =>
      addPiece(pieces, upright, a1, c1, a2, c2, z),
    );
    searchOneWay(search, laid, along, across, (a1, c1, a2, c2, z) =>
      addPiece(pieces, upright, a1, across - 1 - c1, a2, across - 1 - c2, z),
    );
  }
  return pieces.sort((a, b) => b.z - a.z);
}

function addPiece(
  pieces: Piece[],
  upright: boolean,
  along1: number,
  across1: number,
  along2: number,
  across2: number,
  z: number,
): void {
  pieces.push(
    upright
      ? { z, x1: across1, y1: along1, x2: across2, y2: along2 }
      : { z, x1: along1, y1: across1, x2: along2, y2: across2 },
  );
}

interface OneWay {
  readonly space: LineKernels;
  readonly thresholds: readonly number[];
  /** Of the sum over one column. */
  readonly noise: number;
  readonly buffers: readonly [number, number];
  readonly peaks: number;
}

/** Lines that rise by at most one cell for each column; `report` gets their ends inside the map. */
function searchOneWay(
  search: OneWay,
  map: number,
  along: number,
  across: number,
  report: (along1: number, across1: number, along2: number, across2: number, z: number) => void,
): void {
  const { space, thresholds, noise, buffers, peaks } = search;
  space.run.beginPeaks(peaks, mostPeaks);
  let from = map;
  let before = 0;
  for (let level = 1; level <= topLevel(along); level++) {
    const to = buffers[level & 1];
    const columns = 2 ** level;
    space.run.joinStrips(from, to, along, across, columns / 2, noise, thresholds[level] ?? 0);
    const found = space.run.countPeaks();
    const words = space.integers(peaks, peakWords * found);
    const floats = space.floats(peaks, peakWords * found);
    for (let k = before; k < found; k++) {
      const at = peakWords * k;
      const first = words[at + 1];
      const present = words[at + 2];
      const start = words[at + 3];
      const slope = words[at + 4];
      const pair = words[at + 5];
      const rise = slope / (columns - 1);
      const offset = start + (pair === 1 ? 0.5 : 0);
      // The part inside the map: lines may enter and leave by the long sides.
      const enters = rise > 0 ? Math.max(0, -offset / rise) : 0;
      const leaves = rise > 0 ? Math.min(present - 1, (across - 1 - offset) / rise) : present - 1;
      if (!(leaves - enters >= 1)) continue;
      report(
        first + enters,
        offset + rise * enters,
        first + leaves,
        offset + rise * leaves,
        floats[peakWords * k],
      );
    }
    before = found;
    from = to;
  }
}

function topLevel(along: number): number {
  return Math.max(1, Math.min(highestLevel, Math.ceil(Math.log2(along))));
}

/** Of the strips of the level that needs most. */
function bufferBytes(space: LineKernels, along: number, across: number): number {
  let most = 0;
  for (let level = 1; level <= topLevel(along); level++)
    most = Math.max(most, Math.ceil(along / 2 ** level) * space.run.stripLength(across, 2 ** level));
  return 2 * most + 64;
}
