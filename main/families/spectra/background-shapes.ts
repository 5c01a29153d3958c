/** What a background may look like elsewhere: other walls, another threshold, more potassium, radium or thorium around. */
import { absorbed, blend, tilted, withLanthanum, withPotassium } from './shape-changes.ts';

export interface BackgroundOptions {
  /** Shapes of the natural sources that are classes of their own: every background holds some of them. */
  readonly natural: readonly Float64Array[];
  /** Whether there may be much more potassium; less where it is a class of its own. */
  readonly potassiumVaries: boolean;
}

interface Background {
  readonly shares: Float64Array;
  readonly weight: number;
}

/** Exponents by which the continuum falls off otherwise than the template's. */
const tilts = [0, -0.2, 0.2];
/** Thresholds and casings take more or less of the lowest energies. */
const absorbers = [0, 0.25];
/** Potassium's share of the counts. */
const potassium = { varying: [0, 0.1, 0.2, 0.3], classed: [0, 0.08, 0.16] };
/** Share of the counts that each further natural source may make up. */
const naturalShares = [0, 0.04, 0.08];

/** Share of the counts that the detector's own crystal may make; the walls are then the template's. */
const crystals = [0.15, 0.35];

/** Shapes that one background makes at most, with both natural sources. */
export const mostOfBackground =
  tilts.length * absorbers.length * potassium.varying.length * (naturalShares.length ** 2 + crystals.length);

/** The template's own shape and all that changes make of it, each change half as likely; weights add up to 1. */
export function backgroundShapes(
  template: Float64Array,
  { natural, potassiumVaries }: BackgroundOptions,
): readonly Background[] {
  const slopes = varied([{ shares: template, weight: 1 }], tilts, tilted);
  const thresholds = varied(slopes, absorbers, absorbed);
  const parts = potassiumVaries ? potassium.varying : potassium.classed;
  const bare = varied(thresholds, parts, withPotassium);
  const walls = natural.reduce(
    (shapes, source) => varied(shapes, naturalShares, (shares, share) => blend(source, shares, share)),
    bare,
  );
  const own = crystals.flatMap((part) =>
    bare.map(({ shares, weight }) => ({ shares: withLanthanum(shares, part), weight: weight / 4 })),
  );
  const all = [...walls, ...own];
  const sum = all.reduce((total, { weight }) => total + weight, 0);
  return all.map(({ shares, weight }) => ({ shares, weight: weight / sum }));
}

/** @param amounts 0 leaves a shape as it is */
function varied(
  shapes: readonly Background[],
  amounts: readonly number[],
  change: (shares: Float64Array, amount: number) => Float64Array,
): Background[] {
  return shapes.flatMap(({ shares, weight }) =>
    amounts.map((amount) =>
      amount === 0 ? { shares, weight } : { shares: change(shares, amount), weight: weight / 2 },
    ),
  );
}
