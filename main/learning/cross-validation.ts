/** How much results vary with what was trained on: several trainings, each with another part held out. */
import { itemsOf, splitCodes, type TensorDataset } from './dataset.ts';
import { randomFor, shuffled } from './random.ts';
import type { TrainedNetwork, TrainOptions, TrainPorts } from './training-types.ts';

/** Before the names of its figures. */
export const crossValidationPrefix = 'crossValidation/';

/**
 * Trains `folds` times on the training and validation items, every time with another part as the test split. Items of
 * one group stay together where the data set has groups; classes are spread evenly else.
 * @returns mean and standard deviation over the folds, as `crossValidation/balancedAccuracy` and `…Deviation`, …
 */
export async function crossValidation(
  dataset: TensorDataset,
  options: TrainOptions,
  ports: TrainPorts,
  folds: number,
  train: (dataset: TensorDataset, options: TrainOptions, ports: TrainPorts) => Promise<TrainedNetwork>,
): Promise<Record<string, number>> {
  const figures: Record<string, number[]> = {};
  const { checkpoints: _checkpoints, resumeFrom: _resumeFrom, onEvent, ...quiet } = ports;
  const parts = foldOf(dataset, folds, options.seed);
  for (let fold = 0; fold < folds; fold++) {
    const own = { ...options, parameters: { ...options.parameters, folds: 0 } };
    const { evaluations, epochs } = await train(withoutFold(dataset, parts, fold), own, quiet);
    const { accuracy, balancedAccuracy, macroF1, calibrationError, numbers } = evaluations.test;
    const found = numbers ?? { accuracy, balancedAccuracy, macroF1, calibrationError };
    for (const [name, value] of Object.entries(found)) {
      if (value !== null) figures[name] = [...(figures[name] ?? []), value];
    }
    onEvent?.({
      kind: 'note',
      epoch: epochs,
      epochs,
      step: 0,
      totalSteps: 0,
      metrics: {},
      message: `Fold ${fold + 1} of ${folds}: ${
        numbers
          ? `mean absolute error ${numbers.meanAbsoluteError.toPrecision(4)}`
          : `balanced accuracy ${balancedAccuracy.toFixed(3)}`
      } on ${evaluations.test.items} items.`,
    });
  }
  const summary: Record<string, number> = {};
  for (const [name, values] of Object.entries(figures)) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    summary[`${crossValidationPrefix}${name}`] = mean;
    summary[`${crossValidationPrefix}${name}Deviation`] = Math.sqrt(squares / Math.max(1, values.length - 1));
  }
  return summary;
}

/** The fold of each item, -1 for items of the test and review splits. */
function foldOf(dataset: TensorDataset, folds: number, seed: number): Int32Array {
  const { groups, labels } = dataset;
  const items = [...itemsOf(dataset, 'train'), ...itemsOf(dataset, 'validation')];
  const random = randomFor(seed, 'folds');
  const order = Array.from(shuffled(items.length, random), (place) => items[place]!);
  const fold = new Int32Array(dataset.ids.length).fill(-1);
  const seen = new Map<number, number>();
  if (groups !== undefined && new Set(items.map((item) => groups[item])).size >= folds) {
    for (const item of order) {
      const group = groups[item]!;
      if (!seen.has(group)) seen.set(group, seen.size % folds);
      fold[item] = seen.get(group)!;
    }
    return fold;
  }
  for (const item of order) {
    const before = seen.get(labels[item]!) ?? 0;
    fold[item] = (before + labels[item]!) % folds;
    seen.set(labels[item]!, before + 1);
  }
  return fold;
}

/** The fold becomes the test split, the next one chooses the weights, the rest trains. */
function withoutFold(dataset: TensorDataset, parts: Int32Array, fold: number): TensorDataset {
  const folds = Math.max(...parts) + 1;
  const split = Uint8Array.from(parts, (part) => {
    if (part === -1) return splitCodes.review;
    if (part === fold) return splitCodes.test;
    return folds > 2 && part === (fold + 1) % folds ? splitCodes.validation : splitCodes.train;
  });
  return { ...dataset, split };
}
