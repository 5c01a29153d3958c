/** At which value a pixel is full, and which are. */
import type { StoredFrame } from '../stored-frame.ts';
import { IndexList } from './index-list.ts';

export interface Saturation {
  /** ADU; infinity when nothing says so. */
  readonly level: number;
  /** Share of the defined pixels that are full. */
  readonly fraction: number;
  /** Indices of the full pixels in reading order; empty when the frame as a whole is full. */
  readonly indices: Int32Array;
  /** How many pixels are defined. */
  readonly valid: number;
}

/** Pixels that must share the greatest value before it counts as a clip rather than as a bright star. */
const clipPixels = 4;
/** More full pixels than this share of the frame are no longer cores of stars. */
const mostFullShare = 0.05;
/** Rows looked at by one call: kernels are compiled anew, and faster, between calls. */
const bandRows = 64;

/**
 * The level that the header or the stored type gives; where nothing reaches it, the observed clip: the greatest value
 * when at least four pixels share it and far fewer lie just below it. The frame must have been given to its kernels.
 */
export function findSaturation(frame: StoredFrame): Saturation {
  const given = frame.saturationLevel ?? Number.POSITIVE_INFINITY;
  const { least, greatest, valid } = valueRange(frame);
  const none = { level: given, fraction: 0, indices: new Int32Array(0), valid };
  if (valid === 0) return none;
  if (greatest >= given) {
    const { count, indices } = reaching(frame, given);
    return { level: given, fraction: count / valid, indices, valid };
  }
  const span = greatest - least;
  if (!(span > 0) || reaching(frame, greatest).count < clipPixels) return none;
  const clip = greatest - 1e-5 * span;
  const full = reaching(frame, clip);
  const near = reaching(frame, greatest - 0.02 * span).count;
  if (full.count <= 2 * (near - full.count)) return none;
  return { level: clip, fraction: full.count / valid, indices: full.indices, valid };
}

/** Extremes of the defined pixels, physical values, and how many are defined. */
function valueRange(frame: StoredFrame): { least: number; greatest: number; valid: number } {
  const { run } = frame.space;
  const results = frame.space.doubles(run.resultsAt(), 3);
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let valid = 0;
  for (let row = 0; row < frame.validRows; row += bandRows) {
    run.extremes(row * frame.width, Math.min(frame.validRows, row + bandRows) * frame.width);
    least = Math.min(least, results[0]);
    greatest = Math.max(greatest, results[1]);
    valid += results[2];
  }
  return { least: least * frame.scale + frame.zero, greatest: greatest * frame.scale + frame.zero, valid };
}

/** How many pixels reach a level, and which, when they are few. */
function reaching(frame: StoredFrame, level: number): { count: number; indices: Int32Array } {
  return frame.space.borrow(() => collect(frame, level));
}

function collect(frame: StoredFrame, level: number) {
  const { run } = frame.space;
  const room = bandRows * frame.width;
  const out = frame.space.allocate(4 * room);
  const found = frame.space.integers(out, room);
  const most = mostFullShare * frame.width * frame.height;
  const indices = new IndexList();
  let count = 0;
  const stored = (level - frame.zero) / frame.scale;
  for (let row = 0; row < frame.validRows; row += bandRows) {
    const end = Math.min(frame.validRows, row + bandRows) * frame.width;
    const taken = run.atLeast(row * frame.width, end, stored, out, room);
    count += taken;
    if (count <= most) indices.add(found.subarray(0, taken));
  }
  return { count, indices: count <= most ? indices.values() : new Int32Array(0) };
}
