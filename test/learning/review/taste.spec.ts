import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../main/learning/random.ts';
import { reviewLesson } from '../../../main/learning/review/lesson.ts';
import type { ReviewItems, ReviewQuestion } from '../../../main/learning/review/questions.ts';
import {
  figuresOfTaste,
  opinionsByTaste,
  renamedTaste,
  type Taste,
} from '../../../main/learning/review/taste.ts';

const names = ['dent?', 'dent', 'stain?', 'stain', 'width', 'blank?'];
const questions: readonly ReviewQuestion[] = [
  { kind: 'finding', name: 'dent', confidences: [0], figures: [1] },
  { kind: 'finding', name: 'stain', confidences: [2], figures: [3] },
  { kind: 'finding', name: 'blank', confidences: [5], figures: [], settled: true },
  { kind: 'figure', name: 'width', figure: 4 },
];
const count = 400;

/** Some sizes are not measured, some of the judge's opinions rest on nothing that has a name. */
function itemsOf(seed: number): ReviewItems {
  const random = randomFor(seed, 'items');
  const width = names.length;
  const rows = new Float32Array(count * width);
  const opinions = new Float32Array(count);
  for (let item = 0; item < count; item++) {
    const chance = random.uniform();
    const size = 0.05 + 0.95 * random.uniform();
    const [dent, stain] = [chance < 0.3 ? size : 0, chance > 0.75 ? size : 0];
    const sizes = [
      dent > 0 ? 0.97 : 0.01,
      dent,
      stain > 0 ? 0.97 : 0.01,
      random.uniform() < 0.1 ? Number.NaN : stain,
    ];
    rows.set([...sizes, random.uniform(), chance > 0.5 && chance < 0.51 ? 0.99 : 0], item * width);
    const blank = rows[item * width + 5]!;
    const unnamed = random.uniform() < 0.03 ? 0.8 : 0;
    opinions[item] = 1 - (1 - sizes[0]!) * (1 - sizes[2]!) * (1 - blank) * (1 - unnamed);
  }
  return { rows, width, opinions };
}

function taught(minds: (row: Float32Array) => boolean, reviews = 150) {
  const items = itemsOf(1);
  const labels = new Int8Array(count).fill(-1);
  for (let item = 0; item < reviews; item++) {
    const row = items.rows.subarray(item * items.width, (item + 1) * items.width);
    labels[item] = minds(row) ? 1 : 0;
  }
  return { items, lesson: reviewLesson({ items, questions, labels, asked: new Int32Array(0), count: 1 }) };
}

const largeDents = (row: Float32Array): boolean => row[1]! > 0.6 || row[2]! > 0.5 || row[5]! > 0.5;
const narrowOnly = (row: Float32Array): boolean =>
  row[0]! > 0.5 || row[2]! > 0.5 || row[5]! > 0.5 || row[4]! > 0.7;

/** As a library keeps it. */
function kept(taste: Taste<number>): Taste<number> {
  const text = JSON.stringify(renamedTaste(taste, (column) => names[column]!));
  return renamedTaste(JSON.parse(text) as Taste<string>, (name) => names.indexOf(name));
}

describe('a taste', () => {
  it.each([
    ['minds large dents only', largeDents],
    ['rejects by width', narrowOnly],
    ['agrees with the judge', (row: Float32Array) => row[0]! > 0.5 || row[2]! > 0.5 || row[5]! > 0.5],
  ])(
    'gives the probabilities of its lesson to the last digit, kept and read again, of a person who %s',
    (_, minds) => {
      const { items, lesson } = taught(minds);
      const opinions = opinionsByTaste(kept(lesson.taste), items);
      expect(Float32Array.from(opinions, ({ probability }) => probability)).toEqual(lesson.probabilities);
    },
  );

  it('names what bears on an item, and nothing where the judge stands', () => {
    const { items, lesson } = taught(largeDents);
    const opinions = opinionsByTaste(lesson.taste, items);
    const dents = Array.from({ length: count }, (_, item) => items.rows[item * items.width + 1]!);
    dents.forEach((dent, item) => {
      const { causes } = opinions[item]!;
      if (dent > 0 && dent < 0.4) expect(causes).toMatchObject([{ kind: 'finding', question: 'dent' }]);
      if (dent === 0 || dent > 0.9) expect(causes).toEqual([]);
    });
    const agreeing = taught((row) => row[0]! > 0.5 || row[2]! > 0.5 || row[5]! > 0.5);
    expect(opinionsByTaste(agreeing.lesson.taste, items).flatMap(({ causes }) => causes)).toEqual([]);
  });

  it('gives as its reason what the lesson tells, and says that the rest is open', () => {
    for (const [minds, reviews] of [
      [largeDents, 150],
      [narrowOnly, 150],
      [largeDents, 40],
    ] as const) {
      const { items, lesson } = taught(minds, reviews);
      const causes = opinionsByTaste(kept(lesson.taste), items).flatMap((opinion) => opinion.causes);
      const told = lesson.learned.map(({ answer }) => answer);
      expect(causes.length).toBeGreaterThan(0);
      expect(told.length).toBeGreaterThan(0);
      const reasons = causes.map(({ answer }) => answer).filter(({ kind }) => kind !== 'open');
      for (const reason of reasons) expect(told).toContainEqual(reason);
      for (const answer of told.filter(({ kind }) => kind !== 'open')) expect(reasons).toContainEqual(answer);
    }
    // a taste of old tells nothing
    const { items, lesson } = taught(largeDents);
    const old = { ...lesson.taste, questions: lesson.taste.questions.map(({ told: _, ...rest }) => rest) };
    const opinions = opinionsByTaste(kept(old), items);
    expect(opinions.map(({ probability }) => probability)).toEqual(Array.from(lesson.probabilities));
    const kinds = new Set(opinions.flatMap(({ causes }) => causes.map(({ answer }) => answer.kind)));
    expect([...kinds]).toEqual(['open']);
  });

  it('judges items it has not seen, each by itself alone', () => {
    const { lesson } = taught(narrowOnly);
    const items = itemsOf(2);
    const all = opinionsByTaste(lesson.taste, items);
    const right = all.filter(({ probability }, item) => {
      const row = items.rows.subarray(item * items.width, (item + 1) * items.width);
      return probability > 0.5 === narrowOnly(row);
    });
    expect(right.length / count).toBeGreaterThan(0.93);
    const one = opinionsByTaste(lesson.taste, {
      rows: items.rows.slice(7 * items.width, 8 * items.width),
      width: items.width,
      opinions: items.opinions.slice(7, 8),
    });
    expect(one[0]).toEqual(all[7]);
  });

  it('knows its figures by name', () => {
    const { lesson } = taught(largeDents);
    expect([...figuresOfTaste(renamedTaste(lesson.taste, (column) => names[column]!))].sort()).toEqual(
      [...names].sort(),
    );
  });
});
