/** Which pixels of a row hold light of a star, so that the sky is measured on the others. */
import type { DetectedStar } from './detected-star.ts';

/** A slow fall-off of star light (Moffat exponent) assumed for how far a star's light reaches. */
const wingExponent = 2.5;
/** Star light below this share of the noise does not hide the sky; raised where too little sky would be left. */
const limits = [0.04, 0.1, 0.25, 0.6, 1.5, 4];
const leastSkyShare = 0.25;
/** Where found stars cover more than this of the frame, light of those too faint to be found covers the rest. */
const crowdedShare = 0.4;
/** Of the rows looked at, every n-th tells how much of the frame is covered. */
const countedRows = 4;

export interface CoverInput {
  readonly width: number;
  /** Rows that are looked at: this many, each `stride` below the one before, from 0 on. */
  readonly rows: number;
  readonly stride: number;
  readonly stars: readonly DetectedStar[];
  readonly fwhm: number;
}

export interface StarCover {
  /** True when stars cover so much that what is left holds star light, too. */
  readonly crowded: boolean;
  /** Sets the bytes of the pixels of the n-th row looked at that star light covers. */
  paint(row: number, mask: Uint8Array): void;
}

/** Hides every star as far as its light matters, less far where the stars would hide the frame. */
export function coverStars(input: CoverInput): StarCover {
  const { rows, width } = input;
  const mask = new Uint8Array(width);
  let crowded = false;
  let paint: StarCover['paint'] = () => {};
  for (const limit of limits) {
    paint = coverAt(input, limit);
    let covered = 0;
    let counted = 0;
    for (let row = 0; row < rows; row += countedRows, counted++) {
      mask.fill(0);
      paint(row, mask);
      covered += countOf(mask);
    }
    const share = covered / Math.max(1, counted * width);
    if (!crowded) crowded = share > crowdedShare;
    if (share < 1 - leastSkyShare) break;
  }
  return { crowded, paint };
}

function countOf(mask: Uint8Array): number {
  let count = 0;
  for (let x = 0; x < mask.length; x++) count += mask[x];
  return count;
}

/** The discs of the stars, sorted into the rows that they cross. */
function coverAt({ rows, stride, stars, fwhm, width }: CoverInput, limit: number): StarCover['paint'] {
  const count = stars.length;
  const xs = new Float64Array(count);
  const ys = new Float64Array(count);
  const radii = new Float64Array(count);
  const first = new Int32Array(count);
  const last = new Int32Array(count);
  const starts = new Int32Array(rows + 2);
  for (let k = 0; k < count; k++) {
    const { x, y, amplitude } = stars[k].fit;
    const radius = reachOf(amplitude, fwhm, limit);
    xs[k] = x;
    ys[k] = y;
    radii[k] = radius;
    first[k] = Math.max(0, Math.ceil((y - radius) / stride));
    last[k] = Math.min(rows - 1, Math.floor((y + radius) / stride));
    for (let row = first[k]; row <= last[k]; row++) starts[row + 2]++;
  }
  for (let row = 1; row < starts.length; row++) starts[row] += starts[row - 1];
  const members = new Int32Array(starts[rows + 1]);
  for (let k = 0; k < count; k++)
    for (let row = first[k]; row <= last[k]; row++) members[starts[row + 1]++] = k;
  return (row, mask) => {
    for (let at = starts[row]; at < starts[row + 1]; at++) {
      const k = members[at];
      const down = row * stride - ys[k];
      const half = Math.sqrt(Math.max(0, radii[k] * radii[k] - down * down));
      const end = Math.min(width, Math.floor(xs[k] + half) + 1);
      // Discs are some ten pixels wide: a loop is through sooner than a call of the engine.
      for (let x = Math.max(0, Math.ceil(xs[k] - half)); x < end; x++) mask[x] = 1;
    }
  };
}

function reachOf(amplitude: number, fwhm: number, limit: number): number {
  const ratio = Math.max(2, amplitude / limit);
  const scaled = (ratio ** (1 / wingExponent) - 1) / (2 ** (1 / wingExponent) - 1);
  return Math.max(1.2 * fwhm, 0.5 * fwhm * Math.sqrt(scaled));
}
