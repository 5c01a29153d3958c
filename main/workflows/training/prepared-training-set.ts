/** The train split as the family wants it taught: its rows replaced, added to, weighted; the other splits as they are. */
import type { FamilyData } from '../../families/family.ts';
import { families } from '../../families/index.ts';
import { itemsOf, sizeOf, splitCodes, type TensorDataset, type TensorInput } from '../../learning/dataset.ts';
import type { Preparation } from '../work/learning-tasks.ts';

export function preparedTrainingSet(
  dataset: TensorDataset,
  { family: name, settings, facts }: Preparation,
  seed: number,
  onProgress?: (share: number) => void,
): TensorDataset {
  const family = families.find((each) => each.name === name);
  if (family?.trainingSet === undefined) return dataset;
  const taught = itemsOf(dataset, 'train');
  onProgress?.(0);
  const made = family.trainingSet(rowsOf(dataset, taught, facts), settings.data, seed, onProgress);
  onProgress?.(1);
  const kept = Int32Array.from(dataset.labels.keys()).filter(
    (item) => dataset.split[item] !== splitCodes.train,
  );
  const isHeldOut = (item: number) =>
    dataset.split[item] === splitCodes.validation || dataset.split[item] === splitCodes.test;
  const prepared = joined(dataset, kept, made);
  return made.heldOut === undefined || kept.some(isHeldOut) ? prepared : withHeldOut(prepared, made.heldOut);
}

/** Made-up rows behind all others, every second one for validation. */
function withHeldOut(dataset: TensorDataset, made: FamilyData): TensorDataset {
  const count = made.labels.length;
  const split = Uint8Array.from({ length: count }, (_, row) =>
    row % 2 === 0 ? splitCodes.validation : splitCodes.test,
  );
  return {
    ...dataset,
    ids: [...dataset.ids, ...Array.from({ length: count }, (_, row) => `made up ${row + 1}`)],
    inputs: dataset.inputs.map((input, index): TensorInput => {
      const rows = made.tensors[index]!.data;
      const data = emptyLike(input, input.data.length + rows.length);
      data.set(input.data);
      data.set(rows, input.data.length);
      return { ...input, data };
    }),
    labels: Int32Array.from([...dataset.labels, ...made.labels]),
    split: Uint8Array.from([...dataset.split, ...split]),
    personLabelled: Uint8Array.from([...dataset.personLabelled, ...new Uint8Array(count)]),
    ...(dataset.weights && {
      weights: Float32Array.from([...dataset.weights, ...new Float32Array(count).fill(1)]),
    }),
  };
}

function rowsOf(dataset: TensorDataset, items: Int32Array, facts: Preparation['facts']): FamilyData {
  return {
    tensors: dataset.inputs.map((input) => pick(input, items)),
    classes: dataset.classes,
    labels: Int32Array.from(items, (item) => dataset.labels[item]!),
    weights: dataset.weights && Float32Array.from(items, (item) => dataset.weights![item]!),
    facts: facts.length === dataset.labels.length ? Array.from(items, (item) => facts[item]!) : undefined,
  };
}

function pick(input: TensorInput, items: Int32Array): TensorInput {
  const size = sizeOf(input.shape);
  const data = emptyLike(input, items.length * size);
  items.forEach((item, row) => {
    data.set(input.data.subarray(item * size, (item + 1) * size), row * size);
  });
  return { ...input, data };
}

/** Taught rows first, then the others. */
function joined(dataset: TensorDataset, kept: Int32Array, made: FamilyData): TensorDataset {
  const count = made.labels.length;
  const total = count + kept.length;
  const inputs = dataset.inputs.map((input, index): TensorInput => {
    const data = emptyLike(input, total * sizeOf(input.shape));
    data.set(made.tensors[index]!.data);
    data.set(pick(input, kept).data, count * sizeOf(input.shape));
    return { ...input, data };
  });
  const behind = <T extends Int32Array | Uint8Array>(first: T, rest: (item: number) => number): T => {
    const all = new (first.constructor as new (length: number) => T)(total);
    all.set(first);
    kept.forEach((item, row) => {
      all[count + row] = rest(item);
    });
    return all;
  };
  const weights = new Float32Array(total).fill(1);
  if (made.weights) weights.set(made.weights);
  return {
    ids: [
      ...Array.from({ length: count }, (_, row) => `taught ${row + 1}`),
      ...Array.from(kept, (item) => dataset.ids[item]!),
    ],
    inputs,
    classes: dataset.classes,
    labels: behind(made.labels, (item) => dataset.labels[item]!),
    split: behind(new Uint8Array(count).fill(splitCodes.train), (item) => dataset.split[item]!),
    personLabelled: behind(new Uint8Array(count).fill(1), (item) => dataset.personLabelled[item]!),
    ...(made.weights && { weights }),
  };
}

function emptyLike({ data }: TensorInput, length: number): TensorInput['data'] {
  return new (data.constructor as new (length: number) => TensorInput['data'])(length);
}
