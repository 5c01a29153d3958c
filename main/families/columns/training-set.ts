/** What is learned from: enough of every class, not too one-sided, with made-up columns where that was asked for. */
import { NightsiftError } from '../../../contract/errors.ts';
import { drawsFrom } from '../draws.ts';
import type { FamilyData, Setting, TrainingSetting } from '../family.ts';
import { trainingNumber } from '../training-number.ts';
import { columnFeatureCount, writeFeatures } from './features/extract.ts';
import { synthesiseColumn } from './synthesise.ts';

export const columnTrainingSettings: Readonly<Record<string, TrainingSetting>> = {
  'data.minimumPerClass': { description: 'columns that every class must have', default: 5 },
  'data.balance': {
    description: 'none; weights: large classes count less; drop: columns of large classes are left out',
    default: 'none',
  },
  'data.ratio': { description: 'times the smallest class that a class may count, when balanced', default: 2 },
  'data.syntheticShare': {
    description: 'share of made-up columns in the training set, 0 to 0.9',
    default: 0,
  },
};

/** Errors: notEnoughData, wrongUse. */
export function columnTrainingSet(
  data: FamilyData,
  settings: Readonly<Record<string, Setting>>,
  seed: number,
): FamilyData {
  refuseRareClasses(data, trainingNumber(settings, 'minimumPerClass', 0, 1e6));
  const ratio = trainingNumber(settings, 'ratio', 1, 1e6);
  const whole = withSynthetic(data, trainingNumber(settings, 'syntheticShare', 0, 0.9), seed);
  switch (settings.balance) {
    case 'weights':
      return { ...whole, weights: balancedWeights(whole, ratio) };
    case 'drop':
      return dropped(whole, ratio, seed);
    case 'none':
      return whole;
    default:
      throw new NightsiftError('wrongUse', `Setting data.balance cannot be "${String(settings.balance)}".`, {
        hint: 'Allowed: none, weights or drop.',
      });
  }
}

function countsOf({ labels, classes }: FamilyData): number[] {
  const counts = classes.map(() => 0);
  for (const label of labels) counts[label]! += 1;
  return counts;
}

/** A class without any column is no class of this table; one with a few cannot be learned. */
function refuseRareClasses(data: FamilyData, least: number): void {
  const rare = countsOf(data).flatMap((count, index) =>
    count > 0 && count < least ? [`${data.classes[index]} (${count})`] : [],
  );
  if (rare.length === 0) return;
  throw new NightsiftError(
    'notEnoughData',
    `Fewer than ${least} columns to learn from: ${rare.join(', ')}.`,
    {
      hint: 'Each fold holds some of them out (evaluation.folds). Label more, or lower data.minimumPerClass.',
    },
  );
}

/** Classes take turns, so that the rare ones gain most. */
function withSynthetic(data: FamilyData, share: number, seed: number): FamilyData {
  const known = data.classes.flatMap((name, index) => (synthesiseColumn(name, 0) === null ? [] : [index]));
  const added =
    share === 0 || known.length === 0 ? 0 : Math.round((data.labels.length * share) / (1 - share));
  if (added === 0) return data;
  const [features] = data.tensors;
  const rows = data.labels.length + added;
  const table = new Float32Array(rows * columnFeatureCount);
  table.set(features!.data as Float32Array);
  const labels = new Int32Array(rows);
  labels.set(data.labels);
  for (let index = 0; index < added; index += 1) {
    const label = known[index % known.length]!;
    const row = data.labels.length + index;
    writeFeatures(
      synthesiseColumn(data.classes[label]!, seed * 1_000_003 + index)!,
      table,
      row * columnFeatureCount,
    );
    labels[row] = label;
  }
  const weights = data.weights && Float32Array.from({ length: rows }, (_, row) => data.weights![row] ?? 1);
  return { ...data, tensors: [{ ...features!, data: table }], labels, weights };
}

function balancedWeights(data: FamilyData, ratio: number): Float32Array {
  const counts = countsOf(data);
  const least = Math.min(...counts.filter((count) => count > 0));
  return Float32Array.from(
    data.labels,
    (label, row) => Math.min(1, (ratio * least) / counts[label]!) * (data.weights?.[row] ?? 1),
  );
}

/** A seeded choice of each class that is too large. */
function dropped(data: FamilyData, ratio: number, seed: number): FamilyData {
  const counts = countsOf(data);
  const most = Math.floor(ratio * Math.min(...counts.filter((count) => count > 0)));
  const draw = drawsFrom(seed, 'left out');
  const keys = Array.from(data.labels, () => draw.uniform());
  const kept = new Set(
    data.classes.flatMap((_, label) =>
      Array.from(data.labels.keys())
        .filter((row) => data.labels[row] === label)
        .sort((one, other) => keys[one]! - keys[other]!)
        .slice(0, most),
    ),
  );
  const rows = Array.from(data.labels.keys()).filter((row) => kept.has(row));
  const [features] = data.tensors;
  const table = new Float32Array(rows.length * columnFeatureCount);
  rows.forEach((row, place) => {
    table.set(
      (features!.data as Float32Array).subarray(row * columnFeatureCount, (row + 1) * columnFeatureCount),
      place * columnFeatureCount,
    );
  });
  return {
    ...data,
    tensors: [{ ...features!, data: table }],
    labels: Int32Array.from(rows, (row) => data.labels[row]!),
    weights: data.weights && Float32Array.from(rows, (row) => data.weights![row]!),
  };
}
