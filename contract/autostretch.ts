/**
 * The stretch that astrophotographers call STF, computed alike for thumbnails in the engine and in the viewer's
 * shader. Levels are 0..1.
 */

/** What shows one colour: levels below `shadows` are black, `midtones` bends the rest, 1 is white. */
export interface Stretch {
  readonly shadows: number;
  readonly midtones: number;
}

export interface LevelStatistics {
  readonly median: number;
  /** Median absolute deviation, not normalised. */
  readonly mad: number;
}

/** Normalised MAD below the median; PixInsight's AutoSTF default. */
const shadowSigmas = 2.8;
/** Where the median is to be shown. */
const targetBackground = 0.25;
/** MAD to standard deviation for a normal distribution. */
const madToSigma = 1.4826;
/** The boosted stretch: darker shadows by this factor, target twice as bright. */
const boostShadows = 0.75;
const boostTarget = 2;

/** Midtones transfer: 0 to 0, `balance` to 0.5, 1 to 1. */
export function midtonesTransfer(level: number, balance: number): number {
  if (level <= 0) return 0;
  if (level >= 1) return 1;
  // rounding may go beyond 1 where the balance is next to nothing
  return Math.min(1, ((balance - 1) * level) / ((2 * balance - 1) * level - balance));
}

export function autostretch({ median, mad }: LevelStatistics, boosted = false): Stretch {
  const sigmas = shadowSigmas * (boosted ? boostShadows : 1);
  const target = targetBackground * (boosted ? boostTarget : 1);
  const shadows = Math.min(1, Math.max(0, median - sigmas * madToSigma * mad));
  return { shadows, midtones: midtonesTransfer(median - shadows, target) };
}

/** One stretch for all colours: the mean of their shadows and of their medians, as linked STF does. */
export function linkedStretch(channels: readonly LevelStatistics[], boosted = false): Stretch {
  const mean = (pick: (one: LevelStatistics) => number) =>
    channels.reduce((sum, one) => sum + pick(one), 0) / Math.max(1, channels.length);
  return autostretch({ median: mean((one) => one.median), mad: mean((one) => one.mad) }, boosted);
}

/** 0..1 as shown. */
export function stretched(level: number, { shadows, midtones }: Stretch): number {
  if (level <= shadows) return 0;
  return midtonesTransfer((level - shadows) / (1 - shadows), midtones);
}
