/** Losses of gradient boosting: first and second derivatives by the scores. */

export type BoostLoss = 'softmax' | 'logistic' | 'squared';

/** Scores of all outputs, [outputs, rows]. */
export interface LossInput {
  readonly loss: BoostLoss;
  readonly rows: number;
  readonly outputs: number;
  readonly labels: Int32Array | undefined;
  readonly targets: Float64Array | undefined;
  readonly weights: Float64Array | undefined;
}

/** Curvatures of certain rows are held up, so that leaves stay finite. */
const leastHessian = 1e-6;

/** Of one output. The curvature of softmax is doubled, as in XGBoost: steps of the outputs meet each other. */
export function derivatives(
  input: LossInput,
  scores: Float64Array,
  output: number,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  const { loss, rows, outputs, labels, targets, weights } = input;
  for (let row = 0; row < rows; row++) {
    const weight = weights?.[row] ?? 1;
    let gradient: number;
    let hessian: number;
    if (loss === 'squared') {
      gradient = scores[row]! - targets![row]!;
      hessian = 1;
    } else {
      const probability =
        loss === 'logistic'
          ? 1 / (1 + Math.exp(-scores[row]!))
          : softmaxOf(scores, rows, outputs, row, output);
      const wanted = loss === 'logistic' ? labels![row]! : labels![row] === output ? 1 : 0;
      gradient = probability - wanted;
      hessian = Math.max((loss === 'softmax' ? 2 : 1) * probability * (1 - probability), leastHessian);
    }
    gradients[row] = gradient * weight;
    hessians[row] = hessian * weight;
  }
}

function softmaxOf(scores: Float64Array, rows: number, outputs: number, row: number, output: number): number {
  const own = scores[output * rows + row]!;
  let sum = 0;
  for (let other = 0; other < outputs; other++) sum += Math.exp(scores[other * rows + row]! - own);
  return 1 / sum;
}

/** Mean loss: cross-entropy, or half the squared error. */
export function meanLoss(input: LossInput, scores: Float64Array): number {
  const { loss, rows, outputs, labels, targets } = input;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    if (loss === 'squared') sum += (scores[row]! - targets![row]!) ** 2 / 2;
    else if (loss === 'logistic') sum += softplus(labels![row] === 1 ? -scores[row]! : scores[row]!);
    else sum -= Math.log(Math.max(1e-300, softmaxOf(scores, rows, outputs, row, labels![row]!)));
  }
  return sum / Math.max(1, rows);
}

function softplus(value: number): number {
  return value > 30 ? value : Math.log1p(Math.exp(value));
}
