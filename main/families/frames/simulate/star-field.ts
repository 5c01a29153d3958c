/** Stars of one target, in field coordinates (px from the field's centre, before dither and rotation). */
import { Random } from './random.ts';

export interface StarField {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Electrons under normal conditions, brightest first. */
  readonly electrons: Float32Array;
}

export interface FieldRecipe {
  readonly seed: number;
  /** Half-diagonal of the area to fill, px: larger than the frame's, for dither and rotation. */
  readonly radius: number;
  /** Stars per megapixel brighter than `limitElectrons`. */
  readonly starsPerMegapixel: number;
  /** Flux of a star at the counting limit, electrons. */
  readonly limitElectrons: number;
  /** Slope of the cumulative counts: N(>F) goes as F^-slope. */
  readonly slope: number;
  /** Clustering: share of stars in a cluster at the centre. */
  readonly clusterShare: number;
}

/** Counts go this far below the counting limit, so that a field has the grain of unresolved stars. */
const FAINTEST_OVER_LIMIT = 0.12;
/** The brightest star of a field stays below this many times the limit. */
const BRIGHTEST_OVER_LIMIT = 3e5;

/** Draws a field of stars with power-law fluxes, uniform but for an optional cluster. */
export function drawStarField(recipe: FieldRecipe): StarField {
  const random = new Random(recipe.seed, 0x57a2);
  const side = 2 * recipe.radius;
  const density = recipe.starsPerMegapixel * FAINTEST_OVER_LIMIT ** -recipe.slope;
  const count = Math.round((side * side * density) / 1e6);
  const electrons = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const brighter = FAINTEST_OVER_LIMIT * (1 - random.uniform()) ** (-1 / recipe.slope);
    electrons[i] = recipe.limitElectrons * Math.min(brighter, BRIGHTEST_OVER_LIMIT * random.between(0.5, 1));
  }
  electrons.sort().reverse();
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    if (random.chance(recipe.clusterShare)) {
      const spread = recipe.radius * 0.22;
      x[i] = random.normal() * spread;
      y[i] = random.normal() * spread;
    } else {
      x[i] = random.between(-recipe.radius, recipe.radius);
      y[i] = random.between(-recipe.radius, recipe.radius);
    }
  }
  return { count, x, y, electrons };
}
