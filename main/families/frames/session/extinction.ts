/**
 * Light lost to the air, from the airmass that the files' headers tell. Extinction is linear in it (Bouguer's law), whatever
 * the hour: frames before and after culmination bear each other out, and the night's ends are held by the other frames.
 */
import { robustTrend } from './trend.ts';

/** Murky air at low height: 0.5 magnitudes for one airmass, natural log. */
const steepestPerAirmass = 0.46;
const leastSigma = 0.004;
/** The least share of the night that may be without other losses. */
const leastGoodShare = 0.35;
const fewestFrames = 9;

/**
 * @param losses of each frame, natural log; NaN where unknown
 * @param airmass of each frame as its header tells it; null where it does not
 * @param trust 0 for frames whose stars say little of the light that arrives
 * @returns what the air took from each frame beyond the least airmass, natural log; all 0 where headers do not tell
 */
export function extinctionByAirmass(
  losses: ArrayLike<number>,
  airmass: readonly (number | null)[],
  trust: ArrayLike<number>,
): Float64Array {
  const none = new Float64Array(airmass.length);
  const told = Float64Array.from(airmass, (value) => value ?? Number.NaN);
  const measured = told.filter((_, k) => Number.isFinite(losses[k] as number) && (trust[k] as number) > 0);
  if (measured.length < fewestFrames || told.some(Number.isNaN)) return none;
  const { reference } = robustTrend(told, losses, {
    faults: 'up',
    degree: 1,
    span: Number.POSITIVE_INFINITY,
    leastSigma,
    leastGoodShare,
    steepestPerHour: steepestPerAirmass,
    trust,
  });
  let [lowest, highest] = [0, 0];
  told.forEach((value, k) => {
    if (value < told[lowest]) lowest = k;
    if (value > told[highest]) highest = k;
  });
  // more air never lets more light through: a header that says so is wrong, or something else took the light
  if (!(reference[highest] > reference[lowest])) return none;
  return reference.map((value) => value - reference[lowest]);
}
