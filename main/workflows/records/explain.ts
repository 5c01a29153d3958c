/** What answers to records rest on: the model is asked again with one part of the item telling nothing. */
import type { Saliency } from '../../../contract/scan-report.ts';
import type { LeavingOut } from '../../families/family.ts';
import type { TensorInput } from '../../learning/dataset.ts';
import type { Prediction, TrainedModel } from '../trained-model.ts';

/** Between these probabilities there is doubt enough to measure what changes it. */
const doubtful = { least: 0.9, most: 0.99 };
const weakest = 1e-4;
const mostSteps = 12;
/** Probabilities are taken for no nearer to 0 and 1 than this. */
const nearest = 1e-6;

/** @param item tensors of one item as the model sees it */
export async function saliencyOf(
  model: TrainedModel,
  leavingOut: LeavingOut,
  item: readonly TensorInput[],
  answer: Prediction,
): Promise<Saliency> {
  const { strength, seen, base } = await seenInDoubt(model, leavingOut, item, answer);
  const answers = await model.predict(leavingOut.without(seen));
  const parts = leavingOut.parts.map(({ from, to }, part) => ({
    from,
    to,
    weight: rounded(base - logOdds(answers[part]!, answer.label)),
  }));
  return { unit: leavingOut.unit, strength, parts };
}

interface Seen {
  readonly strength: number;
  readonly seen: readonly TensorInput[];
  /** Log-odds of the label when nothing is left out. */
  readonly base: number;
}

/** As much of the item as leaves some doubt, found by halving: all of it where that is enough. */
async function seenInDoubt(
  model: TrainedModel,
  leavingOut: LeavingOut,
  item: readonly TensorInput[],
  answer: Prediction,
): Promise<Seen> {
  const { label } = answer;
  const whole: Seen = { strength: 1, seen: item, base: logOdds(answer, label) };
  if ((answer.probabilities[label] ?? 0) <= doubtful.most) return whole;
  const weakened = async (strength: number): Promise<Seen & { readonly probability: number }> => {
    const seen = leavingOut.weakened(item, strength);
    const [weaker] = await model.predict(seen);
    return {
      strength: Number(strength.toPrecision(2)),
      seen,
      base: logOdds(weaker!, label),
      probability: weaker!.probabilities[label] ?? 0,
    };
  };
  let [low, high] = [weakest, 1];
  let found = await weakened(low);
  // a model of shapes alone does not know how much was seen
  if (Math.abs(found.base - whole.base) < 1e-6) return whole;
  for (let step = 0; step < mostSteps && !isBetween(found.probability); step += 1) {
    const middle = Math.sqrt(low * high);
    found = await weakened(middle);
    if (found.probability > doubtful.most) high = middle;
    else low = middle;
  }
  return found;
}

function isBetween(probability: number): boolean {
  return probability >= doubtful.least && probability <= doubtful.most;
}

function logOdds({ probabilities }: Prediction, label: string): number {
  const probability = Math.min(1 - nearest, Math.max(nearest, probabilities[label] ?? 0));
  return Math.log(probability / (1 - probability));
}

function rounded(value: number): number {
  return Math.round(1000 * value) / 1000;
}
