import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PreparedTable } from '../../../main/learning/estimators/preparation.ts';
import { nearestOf, nearestOthers } from '../../../main/learning/neighbours/nearest.ts';
import { buildNearestIndex } from '../../../main/learning/neighbours/nearest-index.ts';
import type { Nearest } from '../../../main/learning/neighbours/nearest-part.ts';
import { randomFor } from '../../../main/learning/random.ts';

function cloud(seed: number, rows: number, columns: number, kind: string): PreparedTable {
  const random = randomFor(seed, 'cloud', kind);
  const values = Float64Array.from({ length: rows * columns }, (_, place) => {
    if (kind === 'few values') return random.integer(3);
    if (kind === 'constant column' && place % columns === 0) return 7;
    const far = kind === 'far points' && Math.floor(place / columns) % 17 === 0;
    return random.normal() * (far ? 1e6 : 1) + (kind === 'clusters' ? 50 * (place % 2) : 0);
  });
  return { rows, columns, values };
}

function distance(one: PreparedTable, row: number, other: PreparedTable, place: number): number {
  let sum = 0;
  for (let column = 0; column < one.columns; column++) {
    sum += (one.values[row * one.columns + column]! - other.values[place * one.columns + column]!) ** 2;
  }
  return Math.sqrt(sum);
}

/** Each row's distances, rising, are those of looking at all; and each is that of the row named. */
function expectNearest(
  found: Nearest,
  asked: PreparedTable,
  table: PreparedTable,
  count: number,
  others: boolean,
): void {
  let worst = 0;
  for (let row = 0; row < asked.rows; row++) {
    const all = Array.from({ length: table.rows }, (_, place) => place)
      .filter((place) => !(others && place === row))
      .map((place) => distance(asked, row, table, place))
      .sort((a, b) => a - b);
    const own = found.distances.subarray(row * count, (row + 1) * count);
    const rows = [...found.rows.subarray(row * count, (row + 1) * count)];
    for (let index = 0; index < count; index++) {
      const named = distance(asked, row, table, rows[index]!);
      for (const exact of [all[index]!, named]) {
        worst = Math.max(worst, Math.abs(own[index]! - exact) / (1 + exact));
      }
    }
    if (new Set(rows).size !== count || (others && rows.includes(row))) worst = Number.POSITIVE_INFINITY;
  }
  expect(worst).toBeLessThan(1e-12);
}

const kinds = ['noise', 'clusters', 'far points', 'few values', 'constant column'];

it('finds the nearest rows, as looking at all of them does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 2, max: 400 }),
      fc.constantFrom(1, 2, 5, 18, 33),
      fc.constantFrom(...kinds),
      fc.integer({ min: 1, max: 25 }),
      async (seed, rows, columns, kind, wanted) => {
        const table = cloud(seed, rows, columns, kind);
        const index = buildNearestIndex(table);
        const count = Math.min(wanted, rows - 1);
        const stop = new SharedArrayBuffer(4);
        expectNearest(await nearestOthers(index, count, { stop }), table, table, count, true);
        const asked = cloud(seed + 1, 21, columns, kind);
        expectNearest(nearestOf(index, count, asked), asked, table, count, false);
      },
    ),
    { numRuns: 12 },
  );
});

it('finds them among many blocks of points too, where a coarse lattice sorts out most', () => {
  for (const kind of kinds) {
    for (const columns of [3, 18]) {
      const table = cloud(5, 2000, columns, kind);
      const asked = cloud(6, 40, columns, kind);
      expectNearest(nearestOf(buildNearestIndex(table), 7, asked), asked, table, 7, false);
    }
  }
});

it('finds them among values so small that nothing can be divided by their range', () => {
  const { rows, columns, values } = cloud(5, 900, 3, 'noise');
  const table = { rows, columns, values: values.map((value) => value * 1e-306) } as PreparedTable;
  expect(() =>
    expectNearest(nearestOf(buildNearestIndex(table), 4, table), table, table, 4, false),
  ).not.toThrow();
});

it('finds them in more columns than the coarse lattice takes', () => {
  const [table, asked] = [cloud(5, 40, 4100, 'noise'), cloud(6, 3, 4100, 'noise')];
  expectNearest(nearestOf(buildNearestIndex(table), 5, asked), asked, table, 5, false);
});
