import type { TensorDataset } from '../../main/learning/dataset.ts';
import { type Random, randomFor } from '../../main/learning/random.ts';

export interface SyntheticOptions {
  readonly items: number;
  readonly side: number;
  /** 0: images only. */
  readonly features?: number;
  readonly seed: number;
  /** Items by share: the rest is for training. */
  readonly validationShare?: number;
  readonly testShare?: number;
}

/** Grey noise; contaminated images carry a bright line, and their first feature is two widths higher. */
export function syntheticDataset(options: SyntheticOptions): TensorDataset {
  const { items, side, features = 0, seed, validationShare = 0.2, testShare = 0.2 } = options;
  const random = randomFor(seed, 'synthetic');
  const images = new Float32Array(items * side * side);
  const table = new Float32Array(items * features);
  const labels = new Int32Array(items);
  const split = new Uint8Array(items);
  for (let item = 0; item < items; item++) {
    const contaminated = item % 2;
    labels[item] = contaminated;
    paint(images.subarray(item * side * side, (item + 1) * side * side), side, contaminated === 1, random);
    for (let feature = 0; feature < features; feature++) {
      table[item * features + feature] = random.normal() + (feature === 0 ? 2 * contaminated : 0);
    }
    const share = (item * 0.618033988) % 1;
    split[item] = share < testShare ? 2 : share < testShare + validationShare ? 1 : 0;
  }
  const inputs = [{ name: 'image', shape: [1, side, side], data: images }];
  if (features > 0) inputs.push({ name: 'features', shape: [features], data: table });
  return {
    ids: Array.from({ length: items }, (_, item) => `frame-${item}.fits`),
    inputs,
    classes: ['clean', 'contaminated'],
    labels,
    split,
    personLabelled: Uint8Array.from({ length: items }, (_, item) => (item % 3 === 0 ? 1 : 0)),
  };
}

function paint(image: Float32Array, side: number, line: boolean, random: Random): void {
  for (let index = 0; index < image.length; index++) image[index] = 0.3 + 0.05 * random.normal();
  if (!line) return;
  const slope = random.uniform() * 2 - 1;
  const start = (0.3 + 0.4 * random.uniform()) * side;
  for (let column = 0; column < side; column++) {
    const row = Math.round(start + slope * (column - side / 2) * 0.5);
    if (row >= 0 && row < side) image[row * side + column]! += 0.3;
  }
}
