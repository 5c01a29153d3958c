import type { Evaluation } from './evaluation.ts';

const kept = ['items', 'loss', 'accuracy', 'balancedAccuracy', 'macroF1', 'auc', 'calibrationError'] as const;

/** Flat, for a tracker: `test/balancedAccuracy` and the like, under the figures given. Splits without items are left out. */
export function figuresBySplit(
  evaluations: Readonly<Record<string, Evaluation>>,
  figures: Readonly<Record<string, number>>,
): Record<string, number> {
  const metrics: Record<string, number> = { ...figures };
  for (const [split, result] of Object.entries(evaluations)) {
    if (result.items === 0) continue;
    for (const name of kept) {
      const value = result[name];
      if (value !== null && !Number.isNaN(value)) metrics[`${split}/${name}`] = value;
    }
    for (const [name, value] of Object.entries(result.numbers ?? {})) {
      if (value !== null && !Number.isNaN(value)) metrics[`${split}/${name}`] = value;
    }
    const interval = result.intervals?.balancedAccuracy;
    if (interval) {
      metrics[`${split}/balancedAccuracyLow`] = interval.low;
      metrics[`${split}/balancedAccuracyHigh`] = interval.high;
    }
  }
  return metrics;
}
