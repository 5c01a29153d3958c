import { rankArea } from '../metrics/evaluation.ts';

/** One feature's logistic model: P(second class) = 1 / (1 + exp(-(slope x + offset))). */
export interface SingleFeatureModel {
  readonly feature: number;
  readonly slope: number;
  readonly offset: number;
}

/** Ridge on the slope: keeps it finite where one feature separates the classes. */
const slopePenalty = 1;
const newtonSteps = 30;

/**
 * The feature that orders two classes best, with its balanced, ridge-penalised logistic fit: where a network for few
 * items starts. A judgement made by rules is often among the features, and a network that starts from it only has
 * to learn where it errs.
 * @param table [items, features], normalised; values that are not finite count as 0
 * @param labels 0 or 1
 * @returns undefined when a class is missing or no feature orders them
 */
export function bestSingleFeature(
  table: Float32Array,
  features: number,
  labels: Int32Array,
): SingleFeatureModel | undefined {
  const positive = Array.from(labels, (label) => label === 1);
  let best = { feature: -1, order: 0 };
  for (let feature = 0; feature < features; feature++) {
    const area = rankArea(column(table, features, feature), positive);
    const order = area === null ? 0 : Math.abs(area - 0.5);
    if (order > best.order) best = { feature, order };
  }
  if (best.feature < 0) return undefined;
  return { feature: best.feature, ...fitLogistic(column(table, features, best.feature), positive) };
}

function column(table: Float32Array, features: number, feature: number): number[] {
  return Array.from({ length: table.length / features }, (_, item) => {
    const value = table[item * features + feature]!;
    return Number.isFinite(value) ? value : 0;
  });
}

/** Newton's method on the penalised likelihood, which is convex; both classes count the same. */
function fitLogistic(
  values: readonly number[],
  positive: readonly boolean[],
): { slope: number; offset: number } {
  const positives = positive.filter(Boolean).length;
  const classWeight = (is: boolean): number =>
    values.length / 2 / (is ? positives : values.length - positives);
  let slope = 0;
  let offset = 0;
  for (let step = 0; step < newtonSteps; step++) {
    let [gradientSlope, gradientOffset, curveSlope, curveCross, curveOffset] = [
      slope * slopePenalty,
      0,
      slopePenalty,
      0,
      1e-9,
    ];
    values.forEach((x, item) => {
      const is = positive[item]!;
      const weight = classWeight(is);
      const probability = 1 / (1 + Math.exp(-(slope * x + offset)));
      const error = weight * (probability - (is ? 1 : 0));
      const curve = weight * probability * (1 - probability);
      gradientSlope += error * x;
      gradientOffset += error;
      curveSlope += curve * x * x;
      curveCross += curve * x;
      curveOffset += curve;
    });
    const determinant = curveSlope * curveOffset - curveCross * curveCross;
    slope -= bounded((curveOffset * gradientSlope - curveCross * gradientOffset) / determinant);
    offset -= bounded((curveSlope * gradientOffset - curveCross * gradientSlope) / determinant);
  }
  return { slope, offset };
}

/** A full Newton step overshoots where the curve is flat. */
function bounded(step: number): number {
  return Math.max(-1, Math.min(1, step));
}
