import { NightsiftError } from '../../../contract/errors.ts';
import type { TensorValue } from '../runtime.ts';
import type { BatchSource } from './batches.ts';

/** Items named in the sentence; all are in the details. */
const namedItems = 5;

/**
 * The error for a loss that is no number. Names the items with values that are none; where there are none, the whole
 * batch.
 * @param at the loss or gradient norm as it was found; step and epoch from 0
 */
export function divergence(
  source: BatchSource,
  items: Int32Array,
  feeds: Readonly<Record<string, TensorValue>>,
  at: { readonly value: number; readonly step: number; readonly epoch: number },
): NightsiftError {
  const broken = Array.from(items).filter((_, index) => isBroken(source, feeds, items.length, index));
  const named = (broken.length > 0 ? broken : Array.from(items)).map((item) => source.dataset.ids[item]!);
  const unique = [...new Set(named)];
  const few = unique.slice(0, namedItems).join(', ') + (unique.length > namedItems ? ', …' : '');
  return new NightsiftError(
    'diverged',
    `The loss became ${at.value} in epoch ${at.epoch + 1}, step ${at.step + 1}, on: ${few}.`,
    {
      hint:
        broken.length > 0
          ? 'These items hold values that are no numbers; leave them out of the data set.'
          : 'Lower the learning rate, or look at these items.',
      details: { items: unique, step: at.step, epoch: at.epoch },
    },
  );
}

/** NaN in a feature means that it could not be measured; anywhere else it is a fault. */
function isBroken(
  { inputs }: BatchSource,
  feeds: Readonly<Record<string, TensorValue>>,
  items: number,
  index: number,
): boolean {
  return inputs.some(({ name, shape }) => {
    const data = feeds[name]?.data;
    if (!(data instanceof Float32Array)) return false;
    const size = data.length / items;
    const part = data.subarray(index * size, (index + 1) * size);
    return part.some((value) =>
      shape.length === 1 ? Math.abs(value) === Infinity : !Number.isFinite(value),
    );
  });
}
