/** What the trail search is given of a frame. */
import type { StarTable } from '../record.ts';
import type { ResidualPixels } from '../residual-pixels.ts';

export interface TrailSearchInput {
  readonly width: number;
  readonly height: number;
  /** The residuals as they are kept: what the search should read, also binned, since the array below goes away. */
  readonly pixels: ResidualPixels;
  /** Sky removed, divided by the local sigma; NaN where undefined; row-major. Not modified. */
  readonly residual: Float32Array;
  readonly stars: StarTable;
  /** Of the frame's stars, px. */
  readonly fwhm: number;
  readonly badColumns: Uint16Array;
  readonly badRows: Uint16Array;
}
