import { NightsiftError } from '../../contract/errors.ts';

/** One named input of all items. `uint8` values mean value/255. */
export interface TensorInput {
  readonly name: string;
  /** Per item, without the batch axis. */
  readonly shape: readonly number[];
  /** [items, ...shape], row-major. NaN in a feature means "not measurable". */
  readonly data: Float32Array | Float64Array | Uint8Array;
}

export const splitNames = ['train', 'validation', 'test', 'review'] as const;
export type SplitName = (typeof splitNames)[number];
export const splitCodes: Readonly<Record<SplitName, number>> = {
  train: 0,
  validation: 1,
  test: 2,
  review: 3,
};

/** Items as arrays, with labels, splits and who labelled them. */
export interface TensorDataset {
  readonly ids: readonly string[];
  readonly inputs: readonly TensorInput[];
  readonly classes: readonly string[];
  /** Index into `classes`, per item. Items in review may have any value. */
  readonly labels: Int32Array;
  /** 0 train, 1 validation, 2 test, 3 review. */
  readonly split: Uint8Array;
  /** 1 where a person set the label. */
  readonly personLabelled: Uint8Array;
  /** Items with the same number belong together (a target-night) and are never parted by cross-validation. */
  readonly groups?: Int32Array;
  /** How much each item counts in the loss; 1 where absent. */
  readonly weights?: Float32Array;
}

export function itemsOf(dataset: TensorDataset, split: SplitName): Int32Array {
  const items: number[] = [];
  for (let index = 0; index < dataset.split.length; index++) {
    if (dataset.split[index] === splitCodes[split]) items.push(index);
  }
  return Int32Array.from(items);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function refuse(what: string, hint: string): never {
  throw new NightsiftError('badInput', `The data set cannot be trained on: ${what}.`, { hint });
}

/**
 * Lengths, labels and splits agree, and there is something to learn.
 * @param allowed.unlabelled items may be without a label (-1), or all of one class
 * @throws NightsiftError `badInput` or `notEnoughData`
 */
export function checkDataset(dataset: TensorDataset, allowed: { readonly unlabelled?: boolean } = {}): void {
  const count = dataset.ids.length;
  const rebuild = 'Create the data set again.';
  for (const [name, list] of Object.entries({
    labels: dataset.labels,
    split: dataset.split,
    personLabelled: dataset.personLabelled,
  })) {
    if (list.length !== count) refuse(`${count} items but ${list.length} ${name}`, rebuild);
  }
  if (dataset.inputs.length === 0) refuse('it has no inputs', rebuild);
  for (const input of dataset.inputs) {
    const expected = count * sizeOf(input.shape);
    if (input.data.length !== expected) {
      refuse(`input ${input.name} has ${input.data.length} values, ${expected} expected`, rebuild);
    }
  }
  if (allowed.unlabelled === true) return;
  for (let item = 0; item < count; item++) {
    const label = dataset.labels[item]!;
    if (dataset.split[item] !== splitCodes.review && (label < 0 || label >= dataset.classes.length)) {
      refuse(`${dataset.ids[item]} has label ${label} of ${dataset.classes.length} classes`, rebuild);
    }
  }
  checkEnough(dataset);
}

function checkEnough(dataset: TensorDataset): void {
  const train = itemsOf(dataset, 'train');
  const present = new Set(Array.from(train, (item) => dataset.labels[item]!));
  if (train.length >= 4 && present.size >= 2) return;
  const found = [...present].map((label) => dataset.classes[label]).join(', ') || 'none';
  throw new NightsiftError(
    'notEnoughData',
    train.length === 0
      ? 'Training needs at least 4 items of at least 2 classes; none was found.'
      : `Training needs at least 4 items of at least 2 classes; found ${train.length} items of: ${found}.`,
    { hint: 'Review more items so that every class has examples.', details: { items: train.length } },
  );
}
