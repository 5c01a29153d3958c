import { describe, expect, it } from 'vitest';
import { calibrationError, predictedClasses } from '../../../main/learning/metrics/index.ts';
import { randomFor } from '../../../main/learning/random.ts';
import {
  askHead,
  fitHead,
  freshHead,
  type HeadItems,
  learnedWeights,
} from '../../../main/learning/review/head.ts';
import { proposeReviews, reviewOutlook } from '../../../main/learning/review/order.ts';

interface World {
  readonly items: HeadItems;
  readonly labels: Int32Array;
}

/** Two figures decide, the others are noise; the opinion knows the first only. Labels are drawn, so errors remain. */
function worldOf(count: number, seed: number, width = 12): World {
  const random = randomFor(seed, 'world');
  const rows = Float32Array.from({ length: count * width }, () => random.normal());
  const logOdds = Array.from({ length: count }, (_, i) => 3 * rows[i * width]! + 2.5 * rows[i * width + 1]!);
  const opinions = Float32Array.from({ length: count }, (_, i) => 2 * rows[i * width]!);
  const labels = Int32Array.from(logOdds, (value) => (random.uniform() < 1 / (1 + Math.exp(-value)) ? 1 : 0));
  return { items: { rows, width, opinions }, labels };
}

function subset({ items, labels }: World, places: ArrayLike<number>): World {
  const { rows, width, opinions } = items;
  const list = Array.from(places);
  return {
    items: {
      rows: Float32Array.from(list.flatMap((i) => Array.from(rows.subarray(i * width, (i + 1) * width)))),
      width,
      opinions: Float32Array.from(list, (i) => opinions[i]!),
    },
    labels: Int32Array.from(list, (i) => labels[i]!),
  };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

function accuracy(probabilities: Float32Array, labels: Int32Array): number {
  const right = labels.filter((label, i) => (probabilities[i]! >= 0.5 ? 1 : 0) === label).length;
  return right / labels.length;
}

describe('the head that reviews teach', () => {
  const world = worldOf(1400, 3);
  const taught = subset(world, range(0, 400));
  const others = subset(world, range(400, 1400));

  it('keeps to the opinion before any review', () => {
    const { probabilities, means } = askHead(freshHead(12), others.items);
    expect(Array.from(means)).toEqual(Array.from(others.items.opinions));
    const sure = others.items.opinions.findIndex((opinion) => opinion > 2);
    expect(probabilities[sure]).toBeGreaterThan(0.5);
  });

  it('learns what the opinion does not know, and says how sure it is', () => {
    const before = accuracy(askHead(freshHead(12), others.items).probabilities, others.labels);
    const { probabilities } = askHead(fitHead(taught.items, taught.labels), others.items);
    expect(accuracy(probabilities, others.labels)).toBeGreaterThan(before + 0.05);
    const both = Float32Array.from({ length: 2 * probabilities.length }, (_, i) =>
      i % 2 === 1 ? probabilities[i >> 1]! : 1 - probabilities[i >> 1]!,
    );
    expect(calibrationError(both, others.labels, predictedClasses(both, 2), 2)).toBeLessThan(0.05);
  });

  it('hands on what it learned: another camera starts from it, is better at once and still learns', () => {
    const prior = learnedWeights(fitHead(taught.items, taught.labels));
    expect(prior.means[1]! / prior.deviations[1]!).toBeGreaterThan(5);
    const before = accuracy(askHead(freshHead(12), others.items).probabilities, others.labels);
    const started = askHead(freshHead(12, prior), others.items);
    expect(accuracy(started.probabilities, others.labels)).toBeGreaterThan(before + 0.05);
    // a camera on which the second figure tells the other way
    const turned = { ...taught.items, rows: taught.items.rows.map((v, i) => (i % 12 === 1 ? -v : v)) };
    const few = fitHead(turned, taught.labels, prior);
    const own = fitHead(turned, taught.labels);
    expect(few.weights[3]).toBeLessThan(prior.means[1]! - prior.deviations[1]!);
    expect(few.weights[3]).toBeGreaterThan(own.weights[3]!);
  });

  it('chooses by the evidence where the prior knows nothing', () => {
    const unknown = { means: new Float64Array(12), deviations: new Float64Array(12).fill(Number.NaN) };
    expect(fitHead(taught.items, taught.labels, unknown).weights).toEqual(
      fitHead(taught.items, taught.labels).weights,
    );
  });

  it('has the gradient of its posterior at zero (its weights are the maximum)', () => {
    const { items, labels } = taught;
    const { weights } = fitHead(items, labels);
    const bias = items.opinions.reduce((sum, _, i) => {
      const { means } = askHead({ ...freshHead(items.width), weights }, subset(taught, [i]).items);
      return sum + labels[i]! - 1 / (1 + Math.exp(-means[0]!));
    }, 0);
    // the sum of the errors equals the pull of the prior on the bias, 0.5 times the weight
    expect(bias).toBeCloseTo(0.5 * weights[0]!, 4);
  });

  it('needs at most two thirds of the reviews of a random order for the same accuracy, even where all items are alike', {
    timeout: 120_000,
  }, () => {
    const areas = [11, 12, 13].map((seed) => {
      const pool = worldOf(700, seed, 24);
      const test = subset(worldOf(2100, seed, 24), range(700, 2100));
      const curve = (choose: (known: number[]) => number[]): number[] => {
        let known: number[] = [];
        return range(0, 6).map(() => {
          known = [...known, ...choose(known)];
          const { items, labels } = subset(pool, known);
          return accuracy(askHead(fitHead(items, labels), test.items).probabilities, test.labels);
        });
      };
      const random = curve((known) => range(known.length, known.length + 20));
      const proposed = curve((known) => {
        const { items, labels } = subset(pool, known);
        const head = known.length === 0 ? freshHead(24) : fitHead(items, labels);
        const left = Int32Array.from(range(0, 700).filter((i) => !known.includes(i)));
        return proposeReviews(head, pool.items, left, 20).map(({ item }) => item);
      });
      return { random, proposed };
    });
    const mean = (pick: (area: (typeof areas)[number]) => number): number =>
      areas.reduce((sum, area) => sum + pick(area), 0) / areas.length;
    // 80 proposed reviews do what 120 random ones do, within what three worlds can tell
    expect(mean(({ proposed }) => proposed[3]!)).toBeGreaterThanOrEqual(
      mean(({ random }) => random[5]!) - 0.004,
    );
  });

  it('does not propose copies of one item one after the other', () => {
    const { items } = subset(worldOf(60, 5), [...range(0, 20), ...Array(20).fill(7), ...range(20, 60)]);
    const chosen = proposeReviews(freshHead(12), items, Int32Array.from(range(0, 80)), 8);
    const copies = chosen.map(({ item }) => item >= 20 && item < 40);
    expect(copies.some((copy, place) => copy && copies[place - 1] === true)).toBe(false);
    expect(chosen[0]!.worth).toBeGreaterThan(0);
  });

  it('says when more reviews no longer help', () => {
    const few = reviewOutlook(
      fitHead(subset(world, range(0, 20)).items, world.labels.subarray(0, 20)),
      others.items,
    );
    const many = worldOf(4000, 9, 2);
    const taughtMany = reviewOutlook(fitHead(many.items, many.labels), subset(many, range(0, 500)).items);
    expect(few.enough).toBe(false);
    expect(taughtMany.enough).toBe(true);
    // labels are drawn by chance: some error stays whatever is learned
    expect(taughtMany.expectedError).toBeGreaterThan(0.05);
    expect(taughtMany.expectedGain).toBeLessThan(few.expectedGain);
  });
});
