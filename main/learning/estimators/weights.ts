import type { FitInput } from './estimator.ts';

/** Row weights with which every class counts the same; their mean stays what it was. */
export function balancedWeights(input: FitInput): Float64Array {
  const { table, labels, classes = 0, weights } = input;
  const sums = new Float64Array(classes);
  for (let row = 0; row < table.rows; row++) sums[labels![row]!]! += weights?.[row] ?? 1;
  const all = sums.reduce((sum, value) => sum + value, 0);
  const present = sums.filter((value) => value > 0).length;
  return Float64Array.from({ length: table.rows }, (_, row) => {
    return ((weights?.[row] ?? 1) * all) / (present * sums[labels![row]!]!);
  });
}
