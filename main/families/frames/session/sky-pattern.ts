/**
 * The sky's shape over the detector against the night's own shape (vignetting, dust, the usual gradient), seen as
 * a ratio. What is left after a robust plane is a patch: stray light, a glow, a shadow.
 */
import type { BackgroundMesh, FrameRecord } from '../record.ts';
import { weightedLeastSquares } from './least-squares.ts';
import { median, quantile, robustSigma } from './robust-statistics.ts';
import { type SkyShade, skyShade } from './sky-shade.ts';

export interface SkyPattern {
  /** Relative brightness of each mesh cell beyond the usual shape and a plane; NaN where unknown. */
  readonly patch: Float64Array;
  /** Brightest block of 2 x 2 cells: its excess relative to the sky, and its centre, 0..1 across and up the field. */
  readonly peak: number;
  readonly peakAcross: number;
  readonly peakUp: number;
  /** Share of the field that exceeds half of the peak. */
  readonly area: number;
  /** Largest difference of the fitted plane over the field, relative to the sky. */
  readonly gradient: number;
  /** What is darker than the usual shape, from the border inwards. */
  readonly shade: SkyShade;
  /** Sky above the pedestal in the darker part of the field, usual shape taken out: what a patch leaves alone. */
  readonly floor: number;
  /** Frames that make up the usual shape. */
  readonly comparedWith: number;
}

/** The darker part of the field: up to this quantile. */
const floorShare = 0.25;
/** Frames needed to know the usual shape on a side of the meridian. */
const fewestFrames = 4;
/** A side with fewer frames than this can be spoiled in most of them: the whole night says which are like its sky. */
const smallSide = 12;

/** One pattern for each frame, null where there is no reference. */
export function skyPatterns(
  records: readonly FrameRecord[],
  flipped: readonly boolean[],
  pedestal: number,
): (SkyPattern | null)[] {
  const patterns: (SkyPattern | null)[] = records.map(() => null);
  const ratios = records.map((record) => ratioMesh(record.mesh, pedestal));
  const ratioOf = (k: number): Float64Array => ratios[k] as Float64Array;
  for (const members of sameShape(records, flipped)) {
    const known = members.filter((k) => ratios[k] !== null);
    if (known.length < fewestFrames) continue;
    const { mesh } = records[known[0]];
    const all = records
      .map((_, k) => k)
      .filter((k) => ratios[k] !== null && isLaidOutAs(mesh, records[k].mesh));
    const told = all.length >= 2 * known.length && known.length < smallSide;
    const trusted = told
      ? nearestHalf(known.map(ratioOf), middleOf(all.map(ratioOf)), mesh)
      : known.map(ratioOf);
    const usual = middleOf(trusted);
    for (const k of known) {
      const level = median(records[k].mesh.level) - pedestal;
      patterns[k] = patternOf(ratioOf(k), usual, records[k].mesh, level, trusted.length);
    }
  }
  return patterns;
}

const isLaidOutAs = (one: BackgroundMesh, other: BackgroundMesh): boolean =>
  one.columns === other.columns && one.rows === other.rows;

function middleOf(ratios: readonly Float64Array[]): Float64Array {
  return Float64Array.from(ratios[0], (_, c) => median(ratios.map((ratio) => ratio[c])));
}

/**
 * The frames, half of them and three at least (so that none is half of what it is compared with), whose sky differs least from `shape` beyond a plane. What belongs to the side
 * itself (a nebula, turned by the flip) sets all of them apart alike; a lamp sets apart the frames that it lights.
 */
function nearestHalf(
  ratios: readonly Float64Array[],
  shape: Float64Array,
  { columns, rows }: BackgroundMesh,
): readonly Float64Array[] {
  const distances = ratios.map((ratio) => {
    const relative = ratio.map((value, c) => value / shape[c] - 1);
    const { plane } = robustPlane(relative, columns, rows);
    const squares = relative.map((value, c) => (value - plane[c]) ** 2).filter(Number.isFinite);
    return squares.reduce((sum, value) => sum + value, 0) / Math.max(1, squares.length);
  });
  const order = Array.from(ratios.keys()).sort((p, q) => distances[p] - distances[q]);
  return order.slice(0, Math.max(3, ratios.length >> 1)).map((k) => ratios[k]);
}

/** Frames with one mesh layout on one side of the meridian. */
function sameShape(records: readonly FrameRecord[], flipped: readonly boolean[]): number[][] {
  const groups = new Map<string, number[]>();
  records.forEach(({ mesh }, k) => {
    const key = `${mesh.columns}x${mesh.rows}/${flipped[k]}`;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [k]);
    else members.push(k);
  });
  const large = [...groups.values()].filter((members) => members.length >= fewestFrames);
  return large;
}

/** Sky over the frame's median sky; null for a mesh without sky. */
function ratioMesh(mesh: BackgroundMesh, pedestal: number): Float64Array | null {
  const level = median(mesh.level) - pedestal;
  if (!(level > 0)) return null;
  return Float64Array.from(mesh.level, (value) => (value - pedestal) / level);
}

function patternOf(
  ratio: Float64Array,
  usual: Float64Array,
  mesh: BackgroundMesh,
  level: number,
  comparedWith: number,
): SkyPattern {
  const { columns, rows } = mesh;
  const relative = ratio.map((value, c) => value / usual[c] - 1);
  const { plane, gradient } = robustPlane(relative, columns, rows);
  const patch = relative.map((value, c) => value - plane[c]);
  const smooth = smoothed(patch, columns, rows);
  let best = -1;
  for (let c = 0; c < smooth.length; c++) {
    if (Number.isFinite(smooth[c]) && (best < 0 || smooth[c] > smooth[best])) best = c;
  }
  const peak = best < 0 ? 0 : Math.max(0, smooth[best]);
  const above = smooth.reduce((n, value) => n + (value > peak / 2 ? 1 : 0), 0);
  return {
    patch,
    peak,
    peakAcross: best < 0 ? 0.5 : Math.min(columns - 1, (best % columns) + 1) / columns,
    peakUp: best < 0 ? 0.5 : Math.min(rows - 1, Math.floor(best / columns) + 1) / rows,
    area: peak > 0 ? above / smooth.length : 0,
    gradient,
    shade: skyShade(patch, columns, rows),
    floor: level * (1 + quantile(relative, floorShare)),
    comparedWith,
  };
}

/** A plane that keeps to the majority of cells and lets a bright patch stand out. */
function robustPlane(relative: Float64Array, columns: number, rows: number) {
  const design = new Float64Array(relative.length * 3);
  for (let c = 0; c < relative.length; c++) {
    design[c * 3] = 1;
    design[c * 3 + 1] = (2 * ((c % columns) + 0.5)) / columns - 1;
    design[c * 3 + 2] = (2 * (Math.floor(c / columns) + 0.5)) / rows - 1;
  }
  const values = relative.map((value) => (Number.isFinite(value) ? value : 0));
  const start = median(relative);
  let weights = relative.map((value) => (Number.isFinite(value) ? 1 : 0));
  let plane: Float64Array = new Float64Array(relative.length).fill(start);
  let coefficients: Float64Array = Float64Array.of(start, 0, 0);
  for (let round = 0; round < 6; round++) {
    const residuals = relative.map((value, c) => value - plane[c]);
    const scale = Math.max(1e-4, robustSigma(residuals, 0));
    weights = residuals.map((r) => {
      if (!Number.isFinite(r)) return 0;
      const u = r / (r > 0 ? 2.5 * scale : 4 * scale);
      return Math.abs(u) >= 1 ? 0.001 : (1 - u * u) ** 2;
    });
    coefficients = weightedLeastSquares(design, 3, values, weights).coefficients;
    plane = plane.map((_, c) => {
      const base = c * 3;
      return coefficients[0] + coefficients[1] * design[base + 1] + coefficients[2] * design[base + 2];
    });
  }
  return { plane, gradient: 2 * (Math.abs(coefficients[1]) + Math.abs(coefficients[2])) };
}

/** Second brightest of the 2 x 2 cells at each place: a star's halo in one cell is no patch, a glow in a corner is. */
function smoothed(patch: Float64Array, columns: number, rows: number): Float64Array {
  if (columns < 2 || rows < 2) return patch;
  return patch.map((_, c) => {
    const column = Math.min(c % columns, columns - 2);
    const row = Math.min(Math.floor(c / columns), rows - 2);
    const at = row * columns + column;
    const block = [patch[at], patch[at + 1], patch[at + columns], patch[at + columns + 1]];
    const known = block.filter(Number.isFinite).sort((p, q) => q - p);
    return known.length < 2 ? Number.NaN : known[1];
  });
}
