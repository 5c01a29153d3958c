/** Which pixels of a row hold light of a star, so that the sky is measured on the others. */
import type { DetectedStar } from './detected-star.ts';

/** A slow fall-off of star light (Moffat exponent) assumed for how far a star's light reaches. */
const wingExponent = 2.5;
/** Star light below this share of the noise does not hide the sky; raised where too little sky would be left. */
const limits = [0.04, 0.1, 0.25, 0.6, 1.5, 4];
const leastSkyShare = 0.25;
/** Where found stars cover more than this of the frame, light of those too faint to be found covers the rest. */
const crowdedShare = 0.4;

export interface CoverInput {
  readonly width: number;
  /** Rows that are looked at, in order. */
  readonly rows: readonly number[];
  readonly stars: readonly DetectedStar[];
  readonly fwhm: number;
}

export interface StarCover {
  /** True when stars cover so much that what is left holds star light, too. */
  readonly crowded: boolean;
  /** Sets the bytes of the pixels of row `y`, one of the rows asked for, that star light covers. */
  paint(y: number, mask: Uint8Array): void;
}

/** Hides every star as far as its light matters, less far where the stars would hide the frame. */
export function coverStars(input: CoverInput): StarCover {
  let crowded = false;
  let cover = coverAt(input, limits[0]);
  const mask = new Uint8Array(input.width);
  for (const limit of limits) {
    cover = coverAt(input, limit);
    let covered = 0;
    for (const y of input.rows) {
      mask.fill(0);
      cover(y, mask);
      for (let x = 0; x < mask.length; x++) covered += mask[x];
    }
    const share = covered / (input.rows.length * input.width);
    if (!crowded) crowded = share > crowdedShare;
    if (share < 1 - leastSkyShare) break;
  }
  return { crowded, paint: cover };
}

/** The discs of the stars, sorted into the rows that they cross. */
function coverAt(input: CoverInput, limit: number): (y: number, mask: Uint8Array) => void {
  const { rows, width, fwhm } = input;
  const discs = new Map<number, { x: number; half: number }[]>();
  let first = 0;
  const stride = rows.length > 1 ? rows[1] - rows[0] : 1;
  for (const { fit } of input.stars) {
    const radius = reachOf(fit.amplitude, fwhm, limit);
    first = Math.max(0, Math.ceil((fit.y - radius - rows[0]) / stride));
    for (let k = first; k < rows.length && rows[k] <= fit.y + radius; k++) {
      const half = Math.sqrt(Math.max(0, radius * radius - (rows[k] - fit.y) ** 2));
      const list = discs.get(rows[k]);
      if (list === undefined) discs.set(rows[k], [{ x: fit.x, half }]);
      else list.push({ x: fit.x, half });
    }
  }
  return (y, mask) => {
    for (const { x, half } of discs.get(y) ?? [])
      mask.fill(1, Math.max(0, Math.ceil(x - half)), Math.max(0, Math.min(width, Math.floor(x + half) + 1)));
  };
}

function reachOf(amplitude: number, fwhm: number, limit: number): number {
  const ratio = Math.max(2, amplitude / limit);
  const scaled = (ratio ** (1 / wingExponent) - 1) / (2 ** (1 / wingExponent) - 1);
  return Math.max(1.2 * fwhm, 0.5 * fwhm * Math.sqrt(scaled));
}
