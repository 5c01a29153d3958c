/** Where an answer is no longer one: limits of confidence and of fit, set by answers that were right. */

/** What a model file says of answers that are none, in its metadata under `unknown`. */
export interface UnknownLimits {
  /** Below this confidence the answer is "unknown". */
  readonly confidence: number;
  /** Above this misfit too; absent for models that do not tell one. */
  readonly misfit?: number;
}

/** Shares of right answers that the limits may cost, of whatever class: of those that fit badly one in 200. */
const lostShare = 0.01;
const misfitShare = 0.005;
/** Chance alone comes this far: no limit is lower. */
const leastMisfit = 4;
/** Fewer right answers set no limit. */
const fewestRight = 20;

/**
 * @param probabilities [items, classes], calibrated, of items that were not learned from
 * @param misfits of the same items, where the model tells
 * @returns null where too few answers were right to set limits by
 */
export function unknownLimits(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  misfits?: ArrayLike<number>,
): UnknownLimits | null {
  const confidences: number[] = [];
  const fits: number[] = [];
  for (let item = 0; item < labels.length; item++) {
    let best = 0;
    for (let label = 1; label < classes; label++)
      if (probabilities[item * classes + label]! > probabilities[item * classes + best]!) best = label;
    if (best !== labels[item]) continue;
    confidences.push(probabilities[item * classes + best]!);
    if (misfits !== undefined) fits.push(misfits[item]!);
  }
  if (confidences.length < fewestRight) return null;
  const confidence = quantile(confidences, lostShare);
  return misfits === undefined
    ? { confidence }
    : { confidence, misfit: Math.max(leastMisfit, quantile(fits, 1 - misfitShare)) };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** From a model file; null for one that sets none. */
export function readUnknownLimits(metadata: Readonly<Record<string, string>>): UnknownLimits | null {
  try {
    const limits = JSON.parse(metadata.unknown ?? 'null') as Partial<UnknownLimits> | null;
    return typeof limits?.confidence === 'number' ? (limits as UnknownLimits) : null;
  } catch {
    return null;
  }
}

/** Whether an answer is none by a model's limits; null where it has none. */
export function isUnknown(
  limits: UnknownLimits | null,
  confidence: number,
  misfit: number | null,
): boolean | null {
  return limits === null ? null : whyUnknown(limits, confidence, misfit) !== null;
}

/** What makes an answer none, with the limit that it passes, as a person reads it; null where it is one. */
export function whyUnknown(
  limits: UnknownLimits | null,
  confidence: number,
  misfit: number | null,
): string | null {
  if (limits === null) return null;
  const most = limits.misfit ?? Number.POSITIVE_INFINITY;
  const reasons = [
    ...((misfit ?? 0) > most ? [`misfit ${shown(misfit ?? 0)}, limit ${shown(most)}`] : []),
    ...(confidence < limits.confidence
      ? [`confidence ${shown(confidence)}, least ${shown(limits.confidence)}`]
      : []),
  ];
  return reasons.length === 0 ? null : reasons.join('; ');
}

const shown = (value: number): string => String(Number(value.toPrecision(3)));
