import { describe, expect, it } from 'vitest';
import { measureInput } from '../../../main/learning/input-statistics.ts';
import { randomFor } from '../../../main/learning/random.ts';
import { augmentImage, type ImageAugmentation } from '../../../main/learning/training/augment.ts';
import {
  type BatchSource,
  balancedWeights,
  epochOrder,
  maskFeeds,
  trainingFeeds,
} from '../../../main/learning/training/batches.ts';
import { learningRateAt } from '../../../main/learning/training/schedule.ts';
import { syntheticDataset } from '../synthetic.ts';

const dataset = syntheticDataset({ items: 23, side: 8, features: 2, seed: 1 });

function source(overrides: Partial<BatchSource> = {}): BatchSource {
  const items = Int32Array.from(dataset.ids.keys());
  return {
    dataset,
    inputs: dataset.inputs,
    statistics: dataset.inputs.map((input) => measureInput(input, items)),
    items,
    itemWeights: new Float32Array(23).fill(1),
    batchSize: 5,
    parameters: { flips: true, rotations: true, shift: 0.1, brightness: 0.05, featureNoise: 0.1 },
    seed: 4,
    ...overrides,
  };
}

describe('batches', () => {
  it('hold every item once an epoch, and fill the odd last one from the start of the same order', () => {
    const order = epochOrder(source(), 3);
    expect(order).toHaveLength(25);
    expect(new Set(order.subarray(0, 23)).size).toBe(23);
    expect(Array.from(order.subarray(23))).toEqual(Array.from(order.subarray(0, 2)));
  });

  it('depend on seed and epoch alone', () => {
    expect(epochOrder(source(), 3)).toEqual(epochOrder(source(), 3));
    expect(epochOrder(source(), 3)).not.toEqual(epochOrder(source(), 4));
    expect(epochOrder(source({ seed: 5 }), 3)).not.toEqual(epochOrder(source(), 3));
    const feeds = trainingFeeds(source(), Int32Array.of(3, 9), 2);
    // the same item is changed the same way wherever it stands in the batch
    const swapped = trainingFeeds(source(), Int32Array.of(9, 3), 2);
    expect(feeds.image!.data.slice(0, 64)).toEqual(swapped.image!.data.slice(64));
    expect(feeds.features!.data.slice(0, 2)).toEqual(swapped.features!.data.slice(2));
  });

  it('weigh rare classes up so that all count the same', () => {
    const labels = Int32Array.of(0, 0, 0, 1);
    const weights = balancedWeights(labels, Int32Array.of(0, 1, 2, 3), 3, true);
    expect(3 * weights[0]!).toBeCloseTo(weights[1]!, 6);
    expect(3 * weights[0]! + weights[1]!).toBeCloseTo(4, 6);
    expect(balancedWeights(labels, Int32Array.of(0, 3), 3, false)).toEqual(Float32Array.of(1, 1, 1));
  });

  it('drop the promised share and keep the mean', () => {
    const { mask } = maskFeeds([{ name: 'mask', shape: [200, 50], rate: 0.3 }], 1, 2);
    const data = mask!.data as Float32Array;
    const dropped = data.filter((value) => value === 0).length / data.length;
    expect(dropped).toBeCloseTo(0.3, 1);
    expect(data.reduce((sum, value) => sum + value, 0) / data.length).toBeCloseTo(1, 1);
  });
});

describe('augmentation', () => {
  const still: ImageAugmentation = { flips: false, rotations: false, shift: 0, brightness: 0 };
  const image = Float32Array.from({ length: 24 }, (_, index) => index);

  function augmented(
    shape: readonly number[],
    options: Partial<ImageAugmentation>,
    seed: number,
  ): Float32Array {
    const target = new Float32Array(image.length);
    augmentImage(image, shape, randomFor(seed), { ...still, ...options }, target, 0);
    return target;
  }

  it('does nothing when everything is off', () => {
    expect(augmented([1, 4, 6], {}, 1)).toEqual(image);
  });

  it('mirrors and turns without losing a pixel, on rectangles too', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const result = augmented([1, 4, 6], { flips: true, rotations: true }, seed);
      expect(Float32Array.from(result).sort()).toEqual(image);
      seen.add(result.join());
    }
    // as it was, mirrored, half turned, both
    expect(seen.size).toBe(4);
  });

  it('reaches all eight orientations of a square', () => {
    const square = Float32Array.from({ length: 16 }, (_, index) => index);
    const seen = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const target = new Float32Array(16);
      augmentImage(square, [1, 4, 4], randomFor(seed), { ...still, flips: true, rotations: true }, target, 0);
      expect(Float32Array.from(target).sort()).toEqual(square);
      seen.add(target.join());
    }
    expect(seen.size).toBe(8);
  });

  it('shifts by whole pixels and repeats the edge', () => {
    const result = augmented([1, 4, 6], { shift: 0.5 }, 7);
    expect(result.every((value) => image.includes(value))).toBe(true);
    expect(result).not.toEqual(image);
  });
});

describe('learning rate', () => {
  it('rises in a line and falls along half a cosine', () => {
    const schedule = { name: 'cosine' as const, peak: 1, totalSteps: 110, warmup: 10 / 110 };
    expect(learningRateAt(schedule, 0)).toBeCloseTo(0.1, 10);
    expect(learningRateAt(schedule, 9)).toBe(1);
    expect(learningRateAt(schedule, 60)).toBeCloseTo(0.5, 10);
    expect(learningRateAt(schedule, 110)).toBeCloseTo(0, 10);
  });
});

describe('input statistics', () => {
  it('are means and deviations, without what is missing', () => {
    const data = Float32Array.of(1, 2, 3, 4, 1000, Number.NaN);
    const { centre, scale } = measureInput({ name: 'f', shape: [1], data }, Int32Array.of(0, 1, 2, 3, 4, 5));
    expect(centre[0]).toBe(202);
    expect(scale[0]).toBeCloseTo(446.1, 0);
    const bytes = Uint8Array.of(0, 255, 255, 0);
    const image = measureInput({ name: 'i', shape: [1, 1, 2], data: bytes }, Int32Array.of(0, 1));
    expect([image.centre[0], image.scale[0]]).toEqual([0.5, 0.5]);
  });

  it('leave features that come scaled as they are', () => {
    const data = Float32Array.of(-3, 0, 9.5, 0, 0, Number.NaN);
    const { centre, scale } = measureInput({ name: 'f', shape: [2], data }, Int32Array.of(0, 1, 2));
    expect([...centre, ...scale]).toEqual([0, 0, 1, 1]);
  });

  it('never divide by nothing', () => {
    const constant = measureInput(
      { name: 'f', shape: [2], data: Float32Array.of(5, 0, 5, 1) },
      Int32Array.of(0, 1),
    );
    expect(constant.scale[0]).toBe(1);
    expect(constant.scale[1]).toBeGreaterThan(0);
  });
});
