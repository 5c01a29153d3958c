/** Which stars of a rendered frame a measurement has to find. */
import type { PlacedStar, PsfField } from './draw-stars.ts';
import type { FramePlan, SimulatedNight } from './night.ts';
import { measureShape } from './psf.ts';

export interface CountedStar extends PlacedStar {
  /** Matched filter: flux sqrt(sum of squares of the profile) / noise. */
  readonly snr: number;
}

const LEAST_SNR = 4;
const COUNTED_SNR = 10;
const BORDER_PIXELS = 8;
/** Of two stars closer than this share of the FWHM only the brighter one counts. */
const SEPARATION_IN_FWHM = 0.8;
const CELL_PIXELS = 16;

/** Stars of SNR 4 and more, brightest first. `noise` in electrons. */
export function starsWithSnr(psf: PsfField, stars: readonly PlacedStar[], noise: number): CountedStar[] {
  return stars
    .map((star) => ({
      ...star,
      snr: (star.electrons * Math.sqrt(psf.table(star.level).sumOfSquares)) / noise,
    }))
    .filter(({ snr }) => snr >= LEAST_SNR)
    .sort((a, b) => b.electrons - a.electrons);
}

/** Places already taken, in cells, so that crowded fields stay cheap. */
class Occupied {
  readonly #cells = new Map<number, { x: number; y: number }[]>();

  isNear(x: number, y: number, distance: number): boolean {
    const column = Math.floor(x / CELL_PIXELS);
    const row = Math.floor(y / CELL_PIXELS);
    for (let j = row - 1; j <= row + 1; j++)
      for (let i = column - 1; i <= column + 1; i++)
        for (const other of this.#cells.get(j * 65536 + i) ?? [])
          if (Math.hypot(other.x - x, other.y - y) < distance) return true;
    return false;
  }

  add(x: number, y: number): void {
    const key = Math.floor(y / CELL_PIXELS) * 65536 + Math.floor(x / CELL_PIXELS);
    const cell = this.#cells.get(key);
    if (cell === undefined) this.#cells.set(key, [{ x, y }]);
    else cell.push({ x, y });
  }
}

/** The stars of `starsWithSnr` that count: SNR 10, 8 px inside the rows that the file holds, blends once. */
export function countStars(
  night: SimulatedNight,
  plan: FramePlan,
  psf: PsfField,
  stars: readonly CountedStar[],
): CountedStar[] {
  const cut = plan.defects.find((defect) => defect.kind === 'truncated');
  const rows = cut?.kind === 'truncated' ? Math.floor(night.height * cut.share) : night.height;
  const apart = SEPARATION_IN_FWHM * measureShape(psf.shape).fwhm;
  const occupied = new Occupied();
  return stars.filter(({ x, y, snr }) => {
    const right = night.width - 1 - BORDER_PIXELS;
    const inside = x >= BORDER_PIXELS && y >= BORDER_PIXELS && x <= right && y <= rows - 1 - BORDER_PIXELS;
    if (snr < COUNTED_SNR || !inside || occupied.isNear(x, y, apart)) return false;
    occupied.add(x, y);
    return true;
  });
}
