/** Beside scikit-learn: see fixtures/learning/make-map-trust.py. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { affinitiesOf } from '../../../main/learning/maps/affinities.ts';
import { type MapInput, mapRows } from '../../../main/learning/maps/map-rows.ts';
import { QuadTree } from '../../../main/learning/maps/quad-tree.ts';
import { trustworthiness } from '../../../main/learning/maps/trustworthiness.ts';
import { randomFor } from '../../../main/learning/random.ts';

interface Fixture {
  readonly columns: number;
  readonly table: readonly number[];
  readonly trust: number;
  readonly guess: readonly number[];
  readonly trustOfGuess: number;
}

const path = new URL('../../fixtures/learning/map-trust.json', import.meta.url);
const fixture = JSON.parse(readFileSync(path, 'utf8')) as Fixture;
const { columns } = fixture;
const rows = fixture.table.length / columns;
const table = { rows, columns, values: Float64Array.from(fixture.table) };
const input: MapInput = {
  table,
  method: 't-sne',
  scaling: 'none',
  perplexity: 20,
  iterations: 300,
  groups: 5,
  seed: 1,
};
const everyRow = Array.from({ length: rows }, (_, row) => row);

describe('a map', () => {
  it('keeps neighbours as well as scikit-learn does, whatever the seed', async () => {
    for (const seed of [1, 2]) {
      const { figures } = await mapRows({ ...input, seed });
      expect(figures.trustworthiness).toBeGreaterThan(fixture.trust - 0.01);
    }
  });

  it('is seeded, tells how far it is, and knows the clouds as groups', async () => {
    const told: number[] = [];
    const short = { ...input, iterations: 60 };
    const { points, groups } = await mapRows(short, (done) => told.push(done));
    expect(told.at(-1)).toBe(60);
    expect(await mapRows(short)).toMatchObject({ points, groups });
    expect((await mapRows({ ...short, seed: 2 })).points).not.toEqual(points);
    const clouds = new Set(everyRow.map((row) => `${row % 5}:${groups![row]}`));
    expect(clouds.size).toBeLessThan(15);
  });

  it('puts principal components on the axes, as many as there are columns', async () => {
    const line = { rows: 5, columns: 1, values: Float64Array.of(1, 2, 3, 4, 10) };
    const { points, figures } = await mapRows({
      ...input,
      table: line,
      method: 'principal-components',
      groups: 0,
    });
    expect(figures.explained).toBeCloseTo(1, 12);
    expect(Array.from(points.filter((_, place) => place % 2 === 1))).toEqual([0, 0, 0, 0, 0]);
    expect(Array.from(points.filter((_, place) => place % 2 === 0))).toEqual([-3, -2, -1, 0, 6]);
  });

  it('lays equal rows and missing values out all the same, and refuses fewer than four rows', async () => {
    const same = {
      rows: 6,
      columns: 2,
      values: Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, Number.NaN, 9, 9),
    };
    const { points } = await mapRows({ ...input, table: same, iterations: 50, groups: 2 });
    expect(points.every(Number.isFinite)).toBe(true);
    const few = { rows: 3, columns: 1, values: Float64Array.of(1, 2, 3) };
    await expect(mapRows({ ...input, table: few })).rejects.toMatchObject({ code: 'notEnoughData' });
  });
});

it('counts neighbours that are none as scikit-learn does', () => {
  const guess = Float64Array.from(fixture.guess);
  expect(trustworthiness(table, guess, 5, everyRow)).toBeCloseTo(fixture.trustOfGuess, 10);
});

it('gives chances of the perplexity asked for, which add up to 1 both ways', () => {
  const near = { rows: Int32Array.of(1, 2, 0, 2, 1, 0), distances: Float64Array.of(1, 2, 1, 1.5, 1.5, 2) };
  const { starts, rows: others, values } = affinitiesOf(near, 3, 1.5);
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  const between = (one: number, other: number) =>
    Array.from({ length: starts[one + 1]! - starts[one]! }, (_, place) => starts[one]! + place)
      .filter((place) => others[place] === other)
      .reduce((sum, place) => sum + values[place]!, 0);
  expect(between(0, 1)).toBeCloseTo(between(1, 0), 12);
  expect(between(0, 1)).toBeGreaterThan(between(0, 2));
});

it('pushes as all points together do when nothing counts as far, and nearly so when much does', () => {
  const random = randomFor(3, 'push');
  const points = Float64Array.from({ length: 400 }, () => random.normal());
  points.copyWithin(0, 20, 30); // some in one place
  const tree = new QuadTree();
  tree.build(points);
  for (const [angle, digits] of [
    [0, 9],
    [0.5, 1],
  ] as const) {
    for (const point of [0, 50, 199]) {
      const force = new Float64Array(400);
      const sum = tree.push(points, point, angle, force);
      let exact = 0;
      let pushX = 0;
      for (let other = 0; other < 200; other++) {
        if (other === point) continue;
        const dx = points[2 * point]! - points[2 * other]!;
        const dy = points[2 * point + 1]! - points[2 * other + 1]!;
        const nearness = 1 / (1 + dx * dx + dy * dy);
        exact += nearness;
        pushX += nearness * nearness * dx;
      }
      expect(sum / exact).toBeCloseTo(1, digits);
      expect(force[2 * point]! / 200).toBeCloseTo(pushX / 200, digits);
    }
  }
});
