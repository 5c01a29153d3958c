import fc from 'fast-check';
import { expect, it } from 'vitest';
import { binTable } from '../../../main/learning/forests/binned-table.ts';
import { type Criterion, splitSearch } from '../../../main/learning/forests/split-search.ts';
import { randomFor } from '../../../main/learning/random.ts';

const classes = 3;
const columns = 4;

/** Impurity times weight of some rows, by its definition. */
function impurity(criterion: Criterion, labels: Int32Array, weights: Float64Array, rows: number[]): number {
  const totals = Array.from({ length: classes }, (_, label) =>
    rows.reduce((sum, row) => sum + (labels[row] === label ? weights[row]! : 0), 0),
  );
  const all = totals.reduce((sum, total) => sum + total, 0);
  if (all === 0) return 0;
  const shares = totals.map((total) => total / all);
  if (criterion === 'gini') return all * (1 - shares.reduce((sum, share) => sum + share * share, 0));
  return -all * shares.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0);
}

const node = fc.integer({ min: 2, max: 60 }).chain((rows) =>
  fc.record({
    rows: fc.constant(rows),
    values: fc.array(fc.constantFrom(0, 0, 0, 0, 1, 2, 3, Number.NaN), {
      minLength: rows * columns,
      maxLength: rows * columns,
    }),
    labels: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: rows, maxLength: rows }),
    weights: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: rows, maxLength: rows }),
    criterion: fc.constantFrom<Criterion>('gini', 'entropy'),
    minimumLeaf: fc.integer({ min: 1, max: 3 }),
    most: fc.constantFrom(256, Number.POSITIVE_INFINITY),
  }),
);

it('finds the border that leaves the least impurity, as trying all of them does', () => {
  fc.assert(
    fc.property(node, (given) => {
      const { rows, criterion, minimumLeaf } = given;
      const values = Float32Array.from(given.values);
      const table = binTable({ rows, columns, values }, given.most);
      const labels = Int32Array.from(given.labels);
      const weights = Float64Array.from(given.weights);
      const search = splitSearch(table, { labels, classes, criterion }, minimumLeaf);
      search.weights.set(weights);
      const all = Array.from({ length: rows }, (_, row) => row);
      search.samples.set(all);
      search.startTree(randomFor(1, 'split'));
      expect(search.enter(0, rows)).toBeCloseTo(impurity(criterion, labels, weights, all), 9);
      let least = Number.POSITIVE_INFINITY;
      for (let column = 0; column < columns; column++) {
        const bins = table.bins.subarray(column * rows, (column + 1) * rows);
        for (const border of new Set(bins)) {
          const left = all.filter((row) => bins[row]! <= border);
          const right = all.filter((row) => bins[row]! > border);
          if (left.length < minimumLeaf || right.length < minimumLeaf) continue;
          const onLeft = impurity(criterion, labels, weights, left);
          least = Math.min(least, onLeft + impurity(criterion, labels, weights, right));
        }
      }
      const column = search.choose(columns);
      if (column < 0) {
        expect(least).toBe(Number.POSITIVE_INFINITY);
        return;
      }
      expect(-search.gain()).toBeCloseTo(least, 9);
      const middle = search.divide(column, search.bin());
      const sides = [all.slice(0, middle), all.slice(middle)].map((side) =>
        side.map((place) => search.samples[place]!),
      );
      const remaining = sides.reduce((sum, side) => sum + impurity(criterion, labels, weights, side), 0);
      expect(remaining).toBeCloseTo(least, 9);
    }),
    { numRuns: 200 },
  );
});

it('finds the same border in a large node, whose rows are sorted by counting', () => {
  const rows = 2000;
  const values = Float32Array.from({ length: rows }, (_, row) => (row * 7919) % rows);
  const labels = Int32Array.from(values, (value) => (value < 640 ? 0 : 1));
  for (const most of [256, Number.POSITIVE_INFINITY]) {
    const table = binTable({ rows, columns: 1, values }, most);
    const search = splitSearch(table, { labels, classes: 2, criterion: 'gini' }, 1);
    search.weights.fill(1);
    search.samples.set(Array.from({ length: rows }, (_, row) => row));
    search.startTree(randomFor(1, 'split'));
    search.enter(0, rows);
    expect(search.choose(1)).toBe(0);
    const border = table.borders[search.bin()]!;
    expect(Math.abs(border - 639.5)).toBeLessThanOrEqual(most === 256 ? 8 : 0.5);
  }
});
