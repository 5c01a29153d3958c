/** How good settings are: judged by cross-validation, without keeping a model. */
import { itemsOf, splitCodes, type TensorDataset } from './dataset.ts';
import { type Evaluation, evaluate } from './metrics/index.ts';
import { randomFor, shuffled } from './random.ts';
import { answersInFolds, type OutOfFoldOptions, type TrainModelPorts } from './train-out-of-fold.ts';

export interface JudgeOptions extends OutOfFoldOptions {
  /** Share of the rows of each class, above 0 up to 1, that each fold learns from. */
  readonly rowShare: number;
}

/** Each is greater or smaller in the direction that its name says: a loss is better when small. */
export const judgedFigures = [
  'macroF1',
  'balancedAccuracy',
  'accuracy',
  'loss',
  'calibrationError',
  'auc',
] as const;
export type JudgedFigure = (typeof judgedFigures)[number];

export interface Judged {
  /** Of all answers together; those that are not defined left out. */
  readonly figures: Partial<Record<JudgedFigure, number>>;
  /** Standard deviation of each figure over the folds. */
  readonly deviations: Partial<Record<JudgedFigure, number>>;
  readonly items: number;
}

/**
 * Items of the test and review splits take no part, so that the test split stays unseen by a search.
 * Folds are stratified by class, and groups are kept together, by the seed alone: equal for all settings of a study.
 * @throws NightsiftError as trainModel
 */
export async function judgeInFolds(
  dataset: TensorDataset,
  options: JudgeOptions,
  ports: TrainModelPorts,
): Promise<Judged> {
  const { rowShare, ...inFolds } = options;
  const unseen = withoutTest(dataset);
  const prepare = async (part: TensorDataset) => inFolds.prepare(thinned(part, rowShare, options.seed));
  const { labels, raw, foldOf } = await answersInFolds(unseen, { ...inFolds, prepare }, ports, options.folds);
  const { classes } = dataset;
  // few large groups may leave a fold without items: it says nothing
  const byFold = [...new Set(foldOf)].map((fold) => {
    const places = Array.from(foldOf.keys()).filter((place) => foldOf[place] === fold);
    const rows = places.flatMap((place) =>
      Array.from(raw.subarray(place * classes.length, (place + 1) * classes.length)),
    );
    return figuresOf(
      evaluate(
        Float32Array.from(rows),
        places.map((place) => labels[place]!),
        classes,
      ),
    );
  });
  return {
    figures: figuresOf(evaluate(raw, labels, classes)),
    deviations: deviationsOf(byFold),
    items: labels.length,
  };
}

function withoutTest(dataset: TensorDataset): TensorDataset {
  const split = dataset.split.map((code) => (code === splitCodes.test ? splitCodes.review : code));
  return { ...dataset, split };
}

/** Fewest rows of a class that are left of it. */
const fewestOfClass = 4;

/** The same share of the training rows of every class; a smaller share is part of a larger one. */
export function thinned(dataset: TensorDataset, share: number, seed: number): TensorDataset {
  if (share >= 1) return dataset;
  const byClass = new Map<number, number[]>();
  for (const item of itemsOf(dataset, 'train')) {
    const label = dataset.labels[item]!;
    const known = byClass.get(label);
    if (known === undefined) byClass.set(label, [item]);
    else known.push(item);
  }
  const split = Uint8Array.from(dataset.split);
  for (const [label, items] of byClass) {
    const kept = Math.max(fewestOfClass, Math.ceil(share * items.length));
    const order = shuffled(items.length, randomFor(seed, `rows of class ${label}`));
    for (const place of order.subarray(kept)) split[items[place]!] = splitCodes.review;
  }
  return { ...dataset, split };
}

function figuresOf(evaluation: Evaluation): Partial<Record<JudgedFigure, number>> {
  const entries = judgedFigures.flatMap((name) => {
    const value = evaluation[name];
    return typeof value === 'number' && Number.isFinite(value) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(entries);
}

function deviationsOf(folds: readonly Partial<Record<JudgedFigure, number>>[]) {
  const entries = judgedFigures.flatMap((name) => {
    const values = folds.flatMap((figures) => figures[name] ?? []);
    if (values.length < 2) return [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return [[name, Math.sqrt(squares / (values.length - 1))] as const];
  });
  return Object.fromEntries(entries) as Partial<Record<JudgedFigure, number>>;
}
