/** A star as it was found, before it goes into the table. */
import type { StarFit } from './fit-star.ts';

export interface DetectedStar {
  fit: StarFit;
  /** Level of the sky under it, in sigmas. */
  sky: number;
  readonly saturated: boolean;
  blended: boolean;
}
