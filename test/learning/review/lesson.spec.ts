import { describe, expect, it } from 'vitest';
import { calibrationError, predictedClasses } from '../../../main/learning/metrics/index.ts';
import { randomFor } from '../../../main/learning/random.ts';
import { reviewLesson } from '../../../main/learning/review/lesson.ts';
import type { ReviewItems, ReviewQuestion } from '../../../main/learning/review/questions.ts';

/** Columns: confidence and size of dents, confidence and size of stains, and a width that the judge lets pass. */
const questions: readonly ReviewQuestion[] = [
  { kind: 'finding', name: 'dent', confidences: [0], figures: [1] },
  { kind: 'finding', name: 'stain', confidences: [2], figures: [3] },
  { kind: 'figure', name: 'width', figure: 4 },
];
const width = 5;

interface Thing {
  readonly dent: number;
  readonly stain: number;
  readonly width: number;
  /** The judge misses it, and nothing shows it. */
  readonly hidden: boolean;
}

type Taste = (thing: Thing) => boolean;
const everything: Taste = ({ dent, stain, hidden }) => dent > 0 || stain > 0 || hidden;
const largeDents: Taste = ({ dent, stain, hidden }) => dent > 0.6 || stain > 0 || hidden;
const noStains: Taste = ({ dent, hidden }) => dent > 0 || hidden;
const narrowOnly: Taste = (thing) => everything(thing) || thing.width > 0.8;

/** A third has a dent, a fifth a stain, one in fifty something that nobody sees. */
function thingsOf(count: number, seed: number) {
  const random = randomFor(seed, 'things');
  const things = Array.from({ length: count }, (): Thing => {
    const chance = random.uniform();
    return {
      dent: chance < 0.33 ? 0.05 + 0.95 * random.uniform() : 0,
      stain: chance > 0.8 ? 0.05 + 0.95 * random.uniform() : 0,
      width: random.uniform(),
      hidden: random.uniform() < 0.02,
    };
  });
  const rows = Float32Array.from(
    things.flatMap(({ dent, stain, width }) => [
      dent > 0 ? 0.97 : 0.01,
      dent,
      stain > 0 ? 0.97 : 0.01,
      stain,
      width,
    ]),
  );
  const opinions = Float32Array.from(
    things,
    (_, item) => 1 - (1 - rows[item * width]!) * (1 - rows[item * width + 2]!),
  );
  return { things, items: { rows, width, opinions } satisfies ReviewItems };
}

const count = 900;
const { things, items } = thingsOf(count, 4);
const asked = Int32Array.from({ length: count }, (_, item) => item);

function lessonAfter(taste: Taste, reviewed: ReadonlySet<number>, next = 1) {
  const labels = Int8Array.from(things, (thing, item) => (reviewed.has(item) ? (taste(thing) ? 1 : 0) : -1));
  return reviewLesson({ items, questions, labels, asked, count: next });
}

function accuracy(probabilities: Float32Array, taste: Taste): number {
  return things.filter((thing, item) => probabilities[item]! >= 0.5 === taste(thing)).length / count;
}

const first = (reviews: number): Set<number> => new Set(asked.subarray(0, reviews));

describe('what reviews teach', () => {
  it('keeps to the judge before any review, to the last digit', () => {
    expect(lessonAfter(everything, new Set()).probabilities).toEqual(items.opinions);
  });

  it('changes no decision where the person agrees with the judge', () => {
    for (const reviews of [10, 40, 100, 300]) {
      const { probabilities, learned } = lessonAfter(everything, first(reviews));
      expect(learned).toEqual([]);
      expect(probabilities.map((p) => (p >= 0.5 ? 1 : 0))).toEqual(
        items.opinions.map((p) => (p >= 0.5 ? 1 : 0)),
      );
    }
  });

  it('is as sure as the judge where the person agrees with a surer one than reviews are taken to be', () => {
    const sure = {
      ...items,
      rows: items.rows.map((value) => (value === Math.fround(0.97) ? 0.9999 : value)),
    };
    sure.opinions = items.opinions.map((p) => (p > 0.5 ? 0.9999 : p));
    const labels = Int8Array.from(things, (thing, item) => (item < 100 ? (everything(thing) ? 1 : 0) : -1));
    const { probabilities } = reviewLesson({ items: sure, questions, labels, asked, count: 0 });
    const spoiled = probabilities.filter((_, item) => sure.opinions[item]! > 0.5);
    expect(Math.min(...spoiled)).toBeGreaterThan(0.995);
  });

  it.each([
    ['keeps small dents', largeDents, 'dent', 0.6],
    ['rejects wide things that the judge lets pass', narrowOnly, 'width', 0.8],
  ] as const)('learns of a person who %s', (_, taste, question, threshold) => {
    const { probabilities, learned } = lessonAfter(taste, first(100));
    expect(accuracy(items.opinions, taste)).toBeLessThan(0.9);
    expect(accuracy(probabilities, taste)).toBeGreaterThan(0.95);
    expect(learned).toHaveLength(1);
    const [{ answer, certainty, question: about }] = learned as [(typeof learned)[number]];
    expect(about).toBe(question);
    expect(certainty).toBeGreaterThanOrEqual(0.9);
    expect(answer.kind === 'above' ? Math.abs(answer.threshold - threshold) : Number.NaN).toBeLessThan(0.15);
  });

  it('learns that a finding never matters, and says how sure it may be of each thing', () => {
    const { probabilities, learned } = lessonAfter(noStains, first(100));
    expect(learned.map(({ question }) => question)).toEqual(['stain']);
    const { learned: later } = lessonAfter(noStains, first(400));
    expect(later).toMatchObject([{ question: 'stain', answer: { kind: 'never' } }]);
    expect(accuracy(probabilities, noStains)).toBeGreaterThan(0.96);
    const pairs = Float32Array.from(Array.from(probabilities).flatMap((p) => [1 - p, p]));
    const truth = things.map((thing) => (noStains(thing) ? 1 : 0));
    expect(calibrationError(pairs, truth, predictedClasses(pairs, 2), 2)).toBeLessThan(0.03);
  });

  it('tells nothing that its probabilities or the reviews do not bear out', () => {
    for (const [taste, seed] of [largeDents, noStains, narrowOnly].flatMap((t) =>
      [5, 6, 7].map((s) => [t, s] as const),
    )) {
      const night = thingsOf(150, seed);
      for (const reviews of [8, 14, 25, 50]) {
        const labels = Int8Array.from(night.things, (thing, item) =>
          item < reviews ? (taste(thing) ? 1 : 0) : -1,
        );
        const lesson = reviewLesson({
          items: night.items,
          questions,
          labels,
          asked: new Int32Array(0),
          count: 0,
        });
        for (const { question, answer, certainty, reviews: told } of lesson.learned) {
          expect(certainty).toBeGreaterThanOrEqual(0.9);
          expect(told).toBeGreaterThan(0);
          if (question === 'width' || answer.kind === 'open' || answer.kind === 'always') continue;
          const size = question === 'dent' ? 'dent' : 'stain';
          const other = question === 'dent' ? 'stain' : 'dent';
          const isMeant = (thing: Thing): boolean =>
            thing[size] > 0 &&
            thing[other] === 0 &&
            (answer.kind !== 'above' || thing[size] < answer.threshold - 0.05);
          night.things.forEach((thing, item) => {
            if (isMeant(thing)) expect(lesson.probabilities[item]).toBeLessThan(0.5);
          });
          expect(
            night.things.filter((thing, item) => item < reviews && thing[size] > 0 && !taste(thing)).length,
          ).toBeGreaterThanOrEqual(told);
        }
      }
    }
  });

  it('names a finding only where the person was told of it', () => {
    const labels = Int8Array.from(things, (thing, item) => (item < 400 ? (noStains(thing) ? 1 : 0) : -1));
    const untold = questions.map(() => new Uint8Array(count));
    const input = { items, questions, labels, asked, count: 1 };
    expect(reviewLesson({ ...input, told: untold }).learned).toEqual([]);
    const told = questions.map(({ name }) =>
      Uint8Array.from(things, ({ stain }, item) => (name === 'stain' && stain > 0 && item < 40 ? 1 : 0)),
    );
    const kept = things.filter(
      ({ stain, dent, hidden }, item) => stain > 0 && item < 40 && dent === 0 && !hidden,
    ).length;
    expect(reviewLesson({ ...input, told }).learned).toMatchObject([{ question: 'stain', reviews: kept }]);
  });

  it('does not follow a single slip', () => {
    const labels = new Int8Array(count).fill(-1);
    things.slice(0, 60).forEach((thing, item) => {
      labels[item] = everything(thing) ? 1 : 0;
    });
    const slip = things.findIndex(({ stain }, item) => stain > 0 && item < 60);
    labels[slip] = 0;
    const { learned, probabilities } = reviewLesson({ items, questions, labels, asked, count: 1 });
    expect(learned.filter(({ certainty }) => certainty > 0.9)).toEqual([]);
    expect(accuracy(probabilities, everything)).toBeGreaterThan(0.97);
  });

  it('keeps to what is beyond taste', () => {
    const settled = questions.map((question) =>
      question.kind === 'finding' ? { ...question, settled: true } : question,
    );
    const labels = Int8Array.from(things, () => 0);
    const { probabilities } = reviewLesson({ items, questions: settled, labels, asked, count: 1 });
    const spoiled = things.findIndex(({ stain }) => stain > 0);
    expect(probabilities[spoiled]).toBeGreaterThan(0.9);
  });

  it('gives the strongest finding what the judge adds to it, and learns of a word without findings', () => {
    // two dents on one thing: the judge is surer than of one; a person who keeps dents keeps it too
    const sure = { ...items, opinions: items.opinions.map((p) => 1 - (1 - p) ** 2) };
    const labels = Int8Array.from(things, (thing, item) => (item < 200 ? (thing.stain > 0 ? 1 : 0) : -1));
    const dented = things.findIndex(({ dent }, item) => dent > 0 && item >= 200);
    const dents = reviewLesson({ items: sure, questions, labels, asked, count: 1 });
    expect(dents.probabilities[dented]).toBeLessThan(0.3);
    const bare = { ...items, opinions: Float32Array.from(things, ({ width }) => (width > 0.7 ? 0.9 : 0.05)) };
    const kept = new Int8Array(count).fill(-1).fill(0, 0, 200);
    const { probabilities } = reviewLesson({
      items: { ...bare, rows: new Float32Array(count * width) },
      questions,
      labels: kept,
      asked,
      count: 1,
    });
    expect(Math.max(...probabilities)).toBeLessThan(0.5);
  });

  it('refuses arrays that do not fit', () => {
    const labels = new Int8Array(3);
    expect(() => reviewLesson({ items, questions, labels, asked, count: 1 })).toThrow(
      /cannot be learned from/,
    );
  });
});

describe('the order of reviews', () => {
  /** Accuracy after each twenty reviews. */
  function curve(taste: Taste, choose: (reviewed: ReadonlySet<number>) => readonly number[]): number[] {
    const reviewed = new Set<number>();
    return Array.from({ length: 4 }, () => {
      for (const item of choose(reviewed)) reviewed.add(item);
      return accuracy(lessonAfter(taste, reviewed).probabilities, taste);
    });
  }

  it('needs half the reviews of a random order', () => {
    for (const taste of [largeDents, narrowOnly, noStains]) {
      const random = curve(taste, (known) => Array.from({ length: 20 }, (_, k) => known.size + k));
      const proposed = curve(taste, (known) =>
        lessonAfter(taste, known, 20).proposals.map(({ item }) => item),
      );
      expect(proposed[1]).toBeGreaterThanOrEqual(random[3]! - 0.01);
    }
  });

  it('asks about each kind at first, not of one kind again and again', () => {
    const { proposals } = lessonAfter(everything, new Set(), 8);
    const kinds = proposals.map(({ item }) =>
      things[item]!.dent > 0 ? 'dent' : things[item]!.stain > 0 ? 'stain' : 'none',
    );
    expect(new Set(kinds).size).toBeGreaterThan(1);
    const worths = proposals.map(({ worth }) => worth);
    expect(worths).toEqual([...worths].sort((a, b) => b - a));
    expect(worths.at(-1)).toBeGreaterThan(0);
  });

  it('proposes each unreviewed item once, however many there are', () => {
    const reviewed = first(100);
    const { proposals } = lessonAfter(everything, reviewed, 10_000);
    expect(new Set(proposals.map(({ item }) => item)).size).toBe(count - 100);
    expect(proposals.some(({ item }) => reviewed.has(item))).toBe(false);
  });

  it('says when more reviews no longer help', () => {
    const few = lessonAfter(largeDents, first(5)).outlook;
    const many = lessonAfter(largeDents, first(500)).outlook;
    expect(few.enough).toBe(false);
    expect(many.enough).toBe(true);
    // what nobody sees stays, whatever is learned
    expect(many.expectedError).toBeGreaterThan(0.005);
    expect(many.expectedGain).toBeLessThan(few.expectedGain);
  });
});
