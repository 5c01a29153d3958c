/**
 * The most that labels of a camera could teach: a forest learns from every label of all other nights of the camera, by the same
 * figures and the judge's own word, and judges the night that was left out.
 */
import { findEstimator } from '../../main/learning/estimators.ts';
import { completeParameters } from '../../main/learning/recipes.ts';
import { openEstimatorPool } from '../../main/workflows/training/estimator-pool.ts';
import type { ReviewFrame } from './review-nights.ts';
import { type Answers, itemsOf, type SeenFrame } from './review-turns.ts';

/** Of each night: what the forest of the others says. */
export async function ceilingOf(nights: readonly (readonly SeenFrame[])[]): Promise<Answers[]> {
  const parallel = openEstimatorPool(2);
  const estimator = findEstimator('random-forest');
  const answers: Answers[] = [];
  for (const night of nights) {
    const teaching = nights.filter((other) => other !== night).flat();
    const labels = Int32Array.from(teaching, ({ rejected }) => (rejected ? 1 : 0));
    const input = { table: tableOf(teaching), labels, classes: 2 };
    const fitted = await estimator.fit(input, completeParameters(estimator, { trees: 300 }), {
      seed: 1,
      parallel,
    });
    const found = fitted.predict(tableOf(night));
    answers.push({
      probabilities: night.map((_, item) => found[2 * item + 1]!),
      alone: night.map(({ opinion }) => opinion),
      truth: night.map(({ rejected }) => (rejected ? 1 : 0)),
    });
  }
  await parallel.close();
  return answers;
}

/** A figure that was not measured counts as usual: they are relative to the night. */
function tableOf(frames: readonly ReviewFrame[]) {
  const { rows, width, opinions } = itemsOf(frames);
  const values = new Float32Array(frames.length * (width + 1));
  opinions.forEach((opinion, row) => {
    const own = rows.subarray(row * width, (row + 1) * width).map((v) => (Number.isFinite(v) ? v : 0));
    values.set(own, row * (width + 1));
    values[row * (width + 1) + width] = opinion;
  });
  return { rows: frames.length, columns: width + 1, values };
}

/** Spoiled frames that the judge calls clean by kind, and how many clean ones it rejects. */
export function missesOf(frames: readonly ReviewFrame[]): string[] {
  const clean = frames.filter(({ kind }) => kind === 'clean');
  const rejected = clean.filter(({ opinion }) => opinion >= 0.5).length;
  const kinds = [...new Set(frames.map(({ kind }) => kind))].filter((kind) => kind !== 'clean').sort();
  return [
    `clean: ${rejected} of ${clean.length} rejected`,
    ...kinds.flatMap((kind) => {
      const own = frames.filter((frame) => frame.kind === kind);
      const missed = own.filter(({ opinion }) => opinion < 0.5);
      if (missed.length === 0) return [];
      const strengths = missed.map(({ strength }) => strength).sort((a, b) => a - b);
      const unseen = missed.filter(({ opinion }) => opinion < 0.1).length;
      return [
        `${kind}: ${missed.length} of ${own.length} missed, of strength ${strengths[0]!.toFixed(2)} to ` +
          `${strengths.at(-1)!.toFixed(2)}, ${unseen} of them with less than a tenth of doubt`,
      ];
    }),
  ];
}
