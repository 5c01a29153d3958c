/** A frame as a set of lattices: one for mono, four for a Bayer mosaic. */
import type { BayerPattern, FrameImage } from '../record.ts';
import { type Lattice, wholeLattice } from './mesh.ts';

export interface FrameLattices {
  readonly lattices: readonly Lattice[];
  /** Those whose figures stand for the frame: all of mono, the two greens of a mosaic. */
  readonly measured: readonly number[];
  /** (x + y) & 1 of the pixels that are measured, -1 when all are. */
  readonly parity: -1 | 0 | 1;
}

/** Which of the four places of a 2 x 2 block is green, row by row. */
const greenPlaces: Record<BayerPattern, readonly [number, number]> = {
  RGGB: [1, 2],
  BGGR: [1, 2],
  GRBG: [0, 3],
  GBRG: [0, 3],
};

export function latticesOf(image: Pick<FrameImage, 'mosaic' | 'width' | 'height'>): FrameLattices {
  if (image.mosaic === null || image.width < 4 || image.height < 4) {
    return { lattices: [wholeLattice], measured: [0], parity: -1 };
  }
  const lattices: Lattice[] = [0, 1, 2, 3].map((place) => ({ x0: place & 1, y0: place >> 1, step: 2 }));
  const greens = greenPlaces[image.mosaic];
  return { lattices, measured: greens, parity: greens[0] === 0 ? 0 : 1 };
}
