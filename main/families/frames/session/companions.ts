/** Second images: how many of a frame's bright stars have a fainter companion at one common shift. */
import type { FrameRecord } from '../record.ts';
import { starFlags } from '../record.ts';

export interface Companions {
  /** Share of the bright stars, 0..1. */
  readonly share: number;
  /** From star to companion, px; null when none is common. */
  readonly shift: { readonly dx: number; readonly dy: number } | null;
}

const brightStars = 60;
const fewestStars = 6;
/** Bright enough that a second image of a fifth of the light is a star of its own. */
const leastSnr = 40;
/** Companions are looked for up to this many FWHM away, shifts counted in steps of a third. */
const reachFwhm = 7;
const stepFwhm = 0.35;

/** O(bright stars * stars); null with too few bright stars. */
export function companionsOf({ stars, measurements }: FrameRecord): Companions | null {
  const { fwhm } = measurements;
  if (fwhm === null || !(fwhm > 0)) return null;
  const bright: number[] = [];
  for (let i = 0; i < stars.count && bright.length < brightStars; i++) {
    if ((stars.flags[i] & starFlags.nearEdge) === 0 && stars.snr[i] >= leastSnr) bright.push(i);
  }
  if (bright.length < fewestStars) return null;
  const reach = Math.ceil(reachFwhm / stepFwhm);
  const size = 2 * reach + 1;
  const votes = new Map<number, number[]>();
  for (const i of bright) {
    const own = new Set<number>();
    for (let j = 0; j < stars.count; j++) {
      const column = Math.round((stars.x[j] - stars.x[i]) / (stepFwhm * fwhm));
      const row = Math.round((stars.y[j] - stars.y[i]) / (stepFwhm * fwhm));
      if (j === i || Math.abs(column) > reach || Math.abs(row) > reach) continue;
      if (!(stars.flux[j] < stars.flux[i] && stars.flux[j] > 0.03 * stars.flux[i])) continue;
      own.add((row + reach) * size + column + reach);
    }
    for (const key of own) {
      const list = votes.get(key);
      if (list === undefined) votes.set(key, [i]);
      else list.push(i);
    }
  }
  return strongestShift(votes, size, reach, stepFwhm * fwhm, bright.length);
}

/** The bin that, with its neighbours, most stars voted for. */
function strongestShift(
  votes: ReadonlyMap<number, readonly number[]>,
  size: number,
  reach: number,
  step: number,
  bright: number,
): Companions {
  let most = 0;
  let at = -1;
  for (const key of votes.keys()) {
    const stars = new Set<number>();
    for (const near of [key, key - 1, key + 1, key - size, key + size]) {
      for (const star of votes.get(near) ?? []) stars.add(star);
    }
    if (stars.size > most || (stars.size === most && key < at)) {
      most = stars.size;
      at = key;
    }
  }
  if (most < 2) return { share: most / bright, shift: null };
  const shift = { dx: ((at % size) - reach) * step, dy: (Math.floor(at / size) - reach) * step };
  return { share: most / bright, shift };
}
