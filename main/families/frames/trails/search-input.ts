/** What the trail search is given of a frame. */
import type { StarTable } from '../record.ts';
import type { ResidualPixels } from '../residual-pixels.ts';

export interface TrailSearchInput {
  readonly width: number;
  readonly height: number;
  /** Sky removed, divided by the local sigma. */
  readonly pixels: ResidualPixels;
  readonly stars: StarTable;
  /** Of the frame's stars, px. */
  readonly fwhm: number;
  readonly badColumns: Uint16Array;
  readonly badRows: Uint16Array;
}
