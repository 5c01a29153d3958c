/**
 * Finds how one frame's stars lie over another's: dither, small rotation and the 180 degrees of a meridian flip.
 * Every pair of bright stars votes for the shift that would bring them together, once for each orientation; the
 * winning shift is refined by nearest neighbours and a least-squares similarity.
 */
import { median } from './robust-statistics.ts';

/** Positions to match against, brightest first, with a grid for nearest neighbours. */
export interface StarField {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly count: number;
  readonly grid: ReadonlyMap<number, readonly number[]>;
}

/** Frame to reference: X = a x - b y + tx, Y = b x + a y + ty. */
export interface SkyTransform {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}
export const identityTransform: SkyTransform = { a: 1, b: 0, tx: 0, ty: 0 };

export interface StarMatch {
  readonly transform: SkyTransform;
  /** Pairs: star `frameStar[k]` of the frame is star `referenceStar[k]` of the reference. */
  readonly frameStar: Int32Array;
  readonly referenceStar: Int32Array;
}

/** Side of a cell of the neighbour grid, px. */
const gridPixels = 24;
/** Bright stars that vote. */
const voters = 70;
const fewestPairs = 4;

export function starField(x: ArrayLike<number>, y: ArrayLike<number>, count: number): StarField {
  const grid = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const key = gridKey(Math.floor((x[i] as number) / gridPixels), Math.floor((y[i] as number) / gridPixels));
    const cell = grid.get(key);
    if (cell === undefined) grid.set(key, [i]);
    else cell.push(i);
  }
  return { x, y, count, grid };
}

function gridKey(column: number, row: number): number {
  return (row + 4096) * 65_536 + column + 4096;
}

export function applyTransform(t: SkyTransform, x: number, y: number): readonly [number, number] {
  return [t.a * x - t.b * y + t.tx, t.b * x + t.a * y + t.ty];
}

export function invertTransform(t: SkyTransform): SkyTransform {
  const size = t.a * t.a + t.b * t.b;
  const a = t.a / size;
  const b = -t.b / size;
  return { a, b, tx: -(a * t.tx - b * t.ty), ty: -(b * t.tx + a * t.ty) };
}

/** True when the frame is upside down against the reference (meridian flip). */
export function isFlipped(t: SkyTransform): boolean {
  return t.a < 0;
}

/**
 * Matches a frame to a reference field; null when no shift brings enough stars together.
 * @param tolerance how far apart matched stars may lie after refinement, px
 */
export function matchStars(
  frame: StarField,
  reference: StarField,
  extent: { readonly width: number; readonly height: number },
  tolerance: number,
): StarMatch | null {
  let best: StarMatch | null = null;
  for (const orientation of [1, -1]) {
    for (const shift of likelyShifts(frame, reference, orientation, extent)) {
      const match = refine(frame, reference, orientation, shift, extent, tolerance);
      if (match === null || (best !== null && match.frameStar.length <= best.frameStar.length)) continue;
      best = match;
      if (best.frameStar.length > 0.5 * Math.min(frame.count, reference.count)) return best;
    }
  }
  return best;
}

interface Shift {
  readonly dx: number;
  readonly dy: number;
  readonly reach: number;
}

/** The two shifts with most votes for this orientation. */
function likelyShifts(
  frame: StarField,
  reference: StarField,
  orientation: number,
  extent: { readonly width: number; readonly height: number },
): Shift[] {
  const bin = Math.max(6, Math.max(extent.width, extent.height) / 160);
  const middleX = orientation > 0 ? 0 : extent.width - 1;
  const middleY = orientation > 0 ? 0 : extent.height - 1;
  const columns = 2 * Math.ceil((0.75 * extent.width) / bin) + 1;
  const rows = 2 * Math.ceil((0.75 * extent.height) / bin) + 1;
  const votes = new Uint16Array(columns * rows);
  const frameVoters = Math.min(voters, frame.count);
  const referenceVoters = Math.min(voters, reference.count);
  for (let i = 0; i < frameVoters; i++) {
    for (let j = 0; j < referenceVoters; j++) {
      const dx = (reference.x[j] as number) - orientation * (frame.x[i] as number) - middleX;
      const dy = (reference.y[j] as number) - orientation * (frame.y[i] as number) - middleY;
      const column = Math.round(dx / bin) + (columns >> 1);
      const row = Math.round(dy / bin) + (rows >> 1);
      if (column >= 0 && row >= 0 && column < columns && row < rows) votes[row * columns + column]++;
    }
  }
  const peaks = strongestBlocks(votes, columns, rows);
  return peaks.map(({ column, row }) => ({
    dx: (column + 0.5 - (columns >> 1)) * bin + middleX,
    dy: (row + 0.5 - (rows >> 1)) * bin + middleY,
    reach: bin * 1.6,
  }));
}

/** Top-left corners of the two blocks of 2 x 2 bins that hold most votes and do not touch. */
function strongestBlocks(
  votes: Uint16Array,
  columns: number,
  rows: number,
): { column: number; row: number }[] {
  const found: { column: number; row: number; total: number }[] = [];
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const at = row * columns + column;
      const total = votes[at] + votes[at + 1] + votes[at + columns] + votes[at + columns + 1];
      if (total < 3) continue;
      const rival = found.find((p) => Math.abs(p.column - column) <= 1 && Math.abs(p.row - row) <= 1);
      if (rival !== undefined) {
        if (total > rival.total) Object.assign(rival, { column, row, total });
      } else if (found.length < 2) {
        found.push({ column, row, total });
      } else {
        const weakest = found[0].total < found[1].total ? 0 : 1;
        if (total > found[weakest].total) found[weakest] = { column, row, total };
      }
    }
  }
  return found.sort((p, q) => q.total - p.total);
}

function refine(
  frame: StarField,
  reference: StarField,
  orientation: number,
  shift: Shift,
  extent: { readonly width: number; readonly height: number },
  tolerance: number,
): StarMatch | null {
  let transform: SkyTransform = { a: orientation, b: 0, tx: shift.dx, ty: shift.dy };
  let reach = shift.reach;
  let pairs = pairUp(frame, reference, transform, reach, 2 * voters);
  if (pairs.frameStar.length < fewestPairs) return null;
  transform = shifted(frame, reference, pairs, transform);
  for (let round = 0; round < 6; round++) {
    reach = Math.max(tolerance, reach / 2);
    pairs = pairUp(frame, reference, transform, reach, round < 2 ? 2 * voters : frame.count);
    if (pairs.frameStar.length < fewestPairs) return null;
    transform = similarity(frame, reference, pairs, transform);
  }
  pairs = pairUp(frame, reference, transform, tolerance, frame.count);
  return isConvincing(pairs, frame, reference, extent, tolerance) ? { transform, ...pairs } : null;
}

interface Pairs {
  readonly frameStar: Int32Array;
  readonly referenceStar: Int32Array;
}

/** Nearest neighbours within `reach`, each reference star used once (the brighter frame star first). */
export function pairUp(
  frame: StarField,
  reference: StarField,
  transform: SkyTransform,
  reach: number,
  most: number,
): Pairs {
  const taken = new Uint8Array(reference.count);
  const frameStar: number[] = [];
  const referenceStar: number[] = [];
  const cells = Math.ceil(reach / gridPixels);
  for (let i = 0; i < Math.min(most, frame.count); i++) {
    const [x, y] = applyTransform(transform, frame.x[i] as number, frame.y[i] as number);
    let nearest = -1;
    let least = reach * reach;
    const column = Math.floor(x / gridPixels);
    const row = Math.floor(y / gridPixels);
    for (let r = row - cells; r <= row + cells; r++) {
      for (let c = column - cells; c <= column + cells; c++) {
        for (const j of reference.grid.get(gridKey(c, r)) ?? []) {
          const distance = ((reference.x[j] as number) - x) ** 2 + ((reference.y[j] as number) - y) ** 2;
          if (distance < least && taken[j] === 0) {
            least = distance;
            nearest = j;
          }
        }
      }
    }
    if (nearest < 0) continue;
    taken[nearest] = 1;
    frameStar.push(i);
    referenceStar.push(nearest);
  }
  return { frameStar: Int32Array.from(frameStar), referenceStar: Int32Array.from(referenceStar) };
}

function shifted(frame: StarField, reference: StarField, pairs: Pairs, t: SkyTransform): SkyTransform {
  const dx: number[] = [];
  const dy: number[] = [];
  for (let k = 0; k < pairs.frameStar.length; k++) {
    const [x, y] = applyTransform(
      t,
      frame.x[pairs.frameStar[k]] as number,
      frame.y[pairs.frameStar[k]] as number,
    );
    dx.push((reference.x[pairs.referenceStar[k]] as number) - x);
    dy.push((reference.y[pairs.referenceStar[k]] as number) - y);
  }
  return { ...t, tx: t.tx + median(dx), ty: t.ty + median(dy) };
}

/** Least-squares shift, rotation and scale; a scale beyond 2 % or too few pairs leaves shift alone. */
function similarity(
  frame: StarField,
  reference: StarField,
  pairs: Pairs,
  before: SkyTransform,
): SkyTransform {
  const n = pairs.frameStar.length;
  if (n < 6) return shifted(frame, reference, pairs, before);
  let mx = 0;
  let my = 0;
  let mX = 0;
  let mY = 0;
  for (let k = 0; k < n; k++) {
    mx += (frame.x[pairs.frameStar[k]] as number) / n;
    my += (frame.y[pairs.frameStar[k]] as number) / n;
    mX += (reference.x[pairs.referenceStar[k]] as number) / n;
    mY += (reference.y[pairs.referenceStar[k]] as number) / n;
  }
  let along = 0;
  let across = 0;
  let size = 0;
  for (let k = 0; k < n; k++) {
    const x = (frame.x[pairs.frameStar[k]] as number) - mx;
    const y = (frame.y[pairs.frameStar[k]] as number) - my;
    const X = (reference.x[pairs.referenceStar[k]] as number) - mX;
    const Y = (reference.y[pairs.referenceStar[k]] as number) - mY;
    along += x * X + y * Y;
    across += x * Y - y * X;
    size += x * x + y * y;
  }
  const a = along / size;
  const b = across / size;
  if (!(Math.abs(Math.hypot(a, b) - 1) < 0.02)) return shifted(frame, reference, pairs, before);
  return { a, b, tx: mX - (a * mx - b * my), ty: mY - (b * mx + a * my) };
}

/** More pairs than chance would give, and a fair share of the stars that both could hold. */
function isConvincing(
  pairs: Pairs,
  frame: StarField,
  reference: StarField,
  extent: { readonly width: number; readonly height: number },
  tolerance: number,
): boolean {
  const found = pairs.frameStar.length;
  const area = extent.width * extent.height;
  const chance = frame.count * Math.min(1, (reference.count * Math.PI * tolerance * tolerance) / area);
  const share = found / Math.max(1, Math.min(frame.count, reference.count));
  return found >= fewestPairs && found > chance + 4 * Math.sqrt(chance) + 2 && share > 0.12;
}
