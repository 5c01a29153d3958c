import { describe, expect, it } from 'vitest';
import { measureInput } from '../../../main/learning/input-statistics.ts';
import { randomFor } from '../../../main/learning/random.ts';
import {
  type Augmentation,
  augmentationOf,
  augmentImage,
  augmentSignal,
} from '../../../main/learning/training/augment.ts';
import {
  type BatchSource,
  balancedWeights,
  batchesOf,
  epochOrder,
  lossTargets,
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

  it('show every item twice where two views are compared, each changed by itself', () => {
    const twice = source({ batchSize: 6, parameters: { ...source().parameters, contrast: 0.2 } });
    const order = epochOrder(twice, 1);
    expect(order).toHaveLength(6 * Math.ceil((2 * 23) / 6));
    expect(new Set(order).size).toBe(23);
    for (let start = 0; start < order.length; start += 6)
      expect(order.slice(start, start + 3)).toEqual(order.slice(start + 3, start + 6));
    const { features } = trainingFeeds(twice, Int32Array.of(3, 9, 3, 9), 2);
    expect(features!.data.slice(0, 4)).toEqual(
      trainingFeeds(source(), Int32Array.of(3, 9), 2).features!.data,
    );
    expect(features!.data.slice(4)).not.toEqual(features!.data.slice(0, 4));
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
  const still = augmentationOf({});
  const image = Float32Array.from({ length: 24 }, (_, index) => index);

  function augmented(shape: readonly number[], options: Partial<Augmentation>, seed: number): Float32Array {
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

describe('the other steps of the pipeline', () => {
  const square = Float32Array.from({ length: 256 }, (_, index) => Math.sin(index / 9) + (index % 16) / 8);
  const change = (options: Partial<Augmentation>, seed: number): Float32Array => {
    const target = new Float32Array(256);
    augmentImage(square, [1, 16, 16], randomFor(seed), { ...augmentationOf({}), ...options }, target, 0);
    return target;
  };
  const mean = (values: Float32Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;

  it('zoom and turn about the middle, inside the range of the values', () => {
    for (const options of [{ zoom: 0.3 }, { angle: 20 }, { zoom: 0.2, angle: 30, shift: 0.1 }]) {
      const result = change(options, 3);
      expect(result).not.toEqual(square);
      expect(Math.max(...result)).toBeLessThanOrEqual(Math.max(...square) + 1e-6);
      expect(Math.min(...result)).toBeGreaterThanOrEqual(Math.min(...square) - 1e-6);
    }
    // a turn of a rotationally symmetric image changes nothing
    const round = Float32Array.from({ length: 289 }, (_, i) =>
      Math.hypot((i % 17) - 8, Math.floor(i / 17) - 8),
    );
    const turned = new Float32Array(289);
    augmentImage(round, [1, 17, 17], randomFor(2), { ...augmentationOf({}), angle: 45 }, turned, 0);
    const inside = Array.from(round.keys()).filter((i) => round[i]! < 7);
    for (const i of inside) expect(turned[i]).toBeCloseTo(round[i]!, 0);
  });

  it('add noise of the asked width and blot out one square with the mean', () => {
    const noisy = change({ noise: 0.2 }, 5).map((value, index) => value - square[index]!);
    expect(Math.sqrt(mean(noisy.map((value) => value ** 2)))).toBeCloseTo(0.2, 1);
    const cut = change({ cutout: 0.8 }, 8);
    const changed = Array.from(cut.keys()).filter((index) => cut[index] !== square[index]);
    expect(changed.length).toBeGreaterThan(3);
    for (const index of changed) expect(cut[index]).toBeCloseTo(mean(square), 5);
    const rows = new Set(changed.map((index) => Math.floor(index / 16)));
    const columns = new Set(changed.map((index) => index % 16));
    expect(rows.size).toBe(columns.size);
    expect(changed.length).toBeLessThanOrEqual(rows.size * columns.size);
  });

  it('stretch signals and count photons', () => {
    const line = Float32Array.from({ length: 100 }, (_, index) => index);
    const stretched = new Float32Array(100);
    augmentSignal(line, [1, 100], randomFor(4), { ...augmentationOf({}), stretch: 0.2 }, stretched, 0);
    const slope = stretched[50]! / 50;
    expect(Math.abs(slope - 1)).toBeGreaterThan(0.001);
    expect(Math.abs(slope - 1)).toBeLessThan(0.26);
    expect(stretched[20]).toBeCloseTo(20 * slope, 3);
    const flat = new Float32Array(4000).fill(9);
    const counted = new Float32Array(4000);
    augmentSignal(flat, [1, 4000], randomFor(6), { ...augmentationOf({}), counting: 0.5 }, counted, 0);
    expect(Math.sqrt(mean(counted.map((value) => (value - 9) ** 2)))).toBeCloseTo(1.5, 1);
  });

  it('mix pairs and their labels by the same share', () => {
    const mixing = source({ parameters: { mixup: 1, labelSmoothing: 0, featureNoise: 0 } });
    const items = Int32Array.of(0, 2, 5);
    const plain = source({ parameters: { labelSmoothing: 0, featureNoise: 0 } });
    const [mixed, single] = [trainingFeeds(mixing, items, 1), trainingFeeds(plain, items, 1)];
    const at = (feeds: typeof mixed, row: number): number => (feeds.features!.data as Float32Array)[2 * row]!;
    // the middle item is its own partner
    expect(at(mixed, 1)).toBeCloseTo(at(single, 1), 6);
    const share = (at(mixed, 0) - at(single, 2)) / (at(single, 0) - at(single, 2));
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(1);
    expect(at(mixed, 2)).toBeCloseTo(share * at(single, 2) + (1 - share) * at(single, 0), 5);
    const weights = Float32Array.of(1, 1);
    const targets = lossTargets(mixing, items, weights, 1).data as Float32Array;
    const unmixed = lossTargets(plain, items, weights, 1).data as Float32Array;
    expect(targets[0]).toBeCloseTo(share * unmixed[0]! + (1 - share) * unmixed[4]!, 5);
    expect(targets.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });
});

describe('sampling', () => {
  const labels = Int32Array.from({ length: 40 }, (_, index) => (index < 8 ? 1 : 0));
  const uneven = (sampling: string, batchSize = 5): BatchSource =>
    source({
      dataset: { ...dataset, labels, ids: Array.from(labels, (_, index) => `${index}`) },
      items: Int32Array.from(labels.keys()),
      itemWeights: new Float32Array(40).fill(1),
      batchSize,
      parameters: { sampling },
    });

  it('stratified: every item once, every batch with its share of each class', () => {
    const own = uneven('stratified');
    const order = epochOrder(own, 2);
    expect(new Set(order).size).toBe(40);
    for (let step = 0; step < 8; step++) {
      const [batch] = batchesOf(own, order, step);
      expect(Array.from(batch!).filter((item) => labels[item] === 1)).toHaveLength(1);
    }
    expect(epochOrder(own, 2)).not.toEqual(epochOrder(own, 3));
  });

  it('weighted: rare classes are drawn as often as common ones', () => {
    let rare = 0;
    for (let epoch = 0; epoch < 50; epoch++) {
      rare += epochOrder(uneven('weighted'), epoch).filter((item) => labels[item] === 1).length;
    }
    expect(rare / (50 * 40)).toBeCloseTo(0.5, 1);
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
