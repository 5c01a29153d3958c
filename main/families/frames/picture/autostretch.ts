/**
 * The screen transfer function that astronomers expect: PixInsight's AutoSTF, as Siril and others have it too.
 * All values are shares of the full range, 0 to 1.
 */

/** Shadows, in units of the normalised median absolute deviation below the median (PixInsight's default). */
const shadowDeviations = -2.8;
/** Where the median is brought to (PixInsight's default). */
const targetMedian = 0.25;
/** Turns a median absolute deviation into the sigma of a normal distribution. */
const normalisedDeviation = 1.4826;
/** The boosted variant clips less and shows the sky brighter. */
const boost = { shadows: 0.75, target: 2 } as const;

export interface Stretch {
  /** Shown black, 0..1. */
  readonly shadows: number;
  /** Balance of the midtones transfer function, 0..1; 0.5 is linear. */
  readonly midtones: number;
  /** Shown white, 0..1. */
  readonly highlights: number;
}

export const linearStretch: Stretch = { shadows: 0, midtones: 0.5, highlights: 1 };

/** m(x; b) = (b - 1) x / ((2 b - 1) x - b), with m(0) = 0, m(b) = 0.5, m(1) = 1; x is clipped to 0..1. */
export function midtonesTransfer(x: number, balance: number): number {
  if (!(x > 0)) return 0;
  if (x >= 1) return 1;
  return ((balance - 1) * x) / ((2 * balance - 1) * x - balance);
}

/**
 * The stretch for a frame with this median and median absolute deviation (0..1).
 * For median 829 and deviation 15 of 65,535: shadows 0.01170, midtones 0.00285, the median shown as 0.25.
 */
export function autostretch(
  median: number,
  deviation: number,
  { boosted = false }: { readonly boosted?: boolean } = {},
): Stretch {
  const reach = shadowDeviations * (boosted ? boost.shadows : 1) * normalisedDeviation * deviation;
  const shadows = Math.min(1, Math.max(0, median + reach));
  const target = targetMedian * (boosted ? boost.target : 1);
  const midtones = midtonesTransfer(median - shadows, target);
  // a constant frame has its median at the shadows: it is shown as it is
  return midtones > 0 && midtones < 1 ? { shadows, midtones, highlights: 1 } : linearStretch;
}

/** What is shown of a value: 0 black, 1 white. */
export function shown(value: number, { shadows, midtones, highlights }: Stretch): number {
  return midtonesTransfer((value - shadows) / (highlights - shadows), midtones);
}
