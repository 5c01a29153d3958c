/**
 * Small pieces of a frame at its own resolution, for networks: star shapes vanish when a frame is squeezed to a view.
 * One piece for each cell of a grid over the frame, around the cell's brightest usable star, so that the pieces
 * cover the field and its corners.
 */
import { type FrameCrops, type StarTable, starFlags } from './record.ts';

/** Pieces along each axis of the frame. */
export const cropGrid = 4;
/** Pixels along each side of a piece. */
export const cropSide = 32;

/** Matched-filter signal to noise from which a star shows its shape. */
const leastSnr = 15;
/** Share of the peak at which the stretch turns from linear to logarithmic: core and wings both show. */
const softShare = 0.05;
/** Where a cell has no star its sky is shown as if a star had this peak, in units of the noise. */
const skyPeakSigmas = 12;

/** What is needed of a frame: physical values by index, NaN where undefined. */
export interface PixelValues {
  readonly width: number;
  readonly height: number;
  readonly value: (index: number) => number;
}

interface Place {
  readonly x: number;
  readonly y: number;
  /** Above the sky, ADU. */
  readonly peak: number;
}

/**
 * @param sky sky level and noise of the frame, ADU
 * @param scale factors that bring the four places of a mosaic to one level; null for other frames
 * @returns `cropGrid` squared pieces, row by row; 8 bits from -0.05 to 1 of the star's peak through asinh
 */
export function frameCrops(
  image: PixelValues,
  stars: StarTable,
  sky: { readonly level: (x: number, y: number) => number; readonly noise: number },
  scale: readonly number[] | null,
): FrameCrops {
  const count = cropGrid ** 2;
  const data = new Uint8Array(count * cropSide ** 2);
  const best = brightestOfCells(image, stars);
  for (let cell = 0; cell < count; cell++) {
    const star = best[cell]!;
    const place = star < 0 ? skyPlace(image, cell, sky.noise) : starPlace(stars, star, sky.noise);
    cut(image, place, sky.level(place.x, place.y), scale, data, cell * cropSide ** 2);
  }
  return { count, side: cropSide, data };
}

/** The star of each cell, -1 where it has none. Stars come brightest first. */
function brightestOfCells(image: PixelValues, stars: StarTable): Int32Array {
  const best = new Int32Array(cropGrid ** 2).fill(-1);
  const unusable = starFlags.saturated | starFlags.nearEdge | starFlags.blended;
  const cellOf = (position: number, length: number): number =>
    Math.max(0, Math.min(cropGrid - 1, Math.floor((position * cropGrid) / length)));
  for (let star = 0; star < stars.count; star++) {
    if ((stars.flags[star]! & unusable) !== 0 || !(stars.snr[star]! >= leastSnr)) continue;
    const cell = cellOf(stars.y[star]!, image.height) * cropGrid + cellOf(stars.x[star]!, image.width);
    if (best[cell] === -1) best[cell] = star;
  }
  return best;
}

function starPlace(stars: StarTable, star: number, noise: number): Place {
  const peak = Math.max(stars.peak[star]!, 3 * noise);
  return { x: Math.round(stars.x[star]!), y: Math.round(stars.y[star]!), peak };
}

function skyPlace(image: PixelValues, cell: number, noise: number): Place {
  const middle = (index: number, length: number): number => Math.floor(((index + 0.5) * length) / cropGrid);
  return {
    x: middle(cell % cropGrid, image.width),
    y: middle(Math.floor(cell / cropGrid), image.height),
    peak: skyPeakSigmas * noise,
  };
}

/** Pixels outside of the frame and undefined ones are 0. */
function cut(
  image: PixelValues,
  { x: centreX, y: centreY, peak }: Place,
  level: number,
  scale: readonly number[] | null,
  target: Uint8Array,
  offset: number,
): void {
  const soft = softShare * (peak > 0 ? peak : 1);
  const low = Math.asinh(-1);
  const span = Math.asinh(1 / softShare) - low;
  const { value: valueAt, width, height } = image;
  for (let row = 0; row < cropSide; row++) {
    const y = centreY - cropSide / 2 + row;
    if (y < 0 || y >= height) continue;
    for (let column = 0; column < cropSide; column++) {
      const x = centreX - cropSide / 2 + column;
      if (x < 0 || x >= width) continue;
      const value = valueAt(y * width + x) * (scale === null ? 1 : scale[(y & 1) * 2 + (x & 1)]!);
      const share = (Math.asinh((value - level) / soft) - low) / span;
      // a value that is no number stays 0
      if (share > 0) target[offset + row * cropSide + column] = Math.min(255, Math.round(255 * share));
    }
  }
}
