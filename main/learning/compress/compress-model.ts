import { NightsiftError } from '../../../contract/errors.ts';
import { decodeModel, encodeModel } from '../../formats/onnx/index.ts';
import type { TensorInput } from '../dataset.ts';
import type { GraphRuntime } from '../runtime.ts';
import { plainFeeds } from '../training/batches.ts';
import { quantisationPlan, quantised, withRanges } from './quantise.ts';

/** More items widen the ranges no further than chance. */
const largestCalibration = 256;
const itemsAtOnce = 16;

/** Items from all over the list. */
function spread(items: Int32Array): Int32Array {
  const count = Math.min(items.length, largestCalibration);
  return Int32Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]!);
}

/**
 * An exported network with its convolutions in 8 bits.
 * @param items places of the inputs to calibrate on: training items, never those that judge the result
 * @throws NightsiftError `badInput` when the network has no convolution over images
 */
export async function compressModel(
  onnx: Uint8Array,
  inputs: readonly TensorInput[],
  items: Int32Array,
  runtime: GraphRuntime,
): Promise<Uint8Array> {
  const model = decodeModel(onnx);
  const plan = quantisationPlan(model);
  if (plan.convolutions.size === 0) {
    throw new NightsiftError('badInput', 'The network has no convolution over images to compress.', {
      hint: 'Leave precision at float32: networks of vectors and signals are small and fast as they are.',
    });
  }
  const session = await runtime.load(encodeModel(withRanges(model, plan)), { purpose: 'inference' });
  const ranges = new Map<string, readonly [number, number]>();
  const chosen = spread(items);
  for (let start = 0; start < chosen.length; start += itemsAtOnce) {
    const found = await session.run(plainFeeds(inputs, chosen.subarray(start, start + itemsAtOnce)));
    for (const name of new Set(plan.tensors.values())) {
      const [low, high] = ['low', 'high'].map((end) => Number(found[`${end}/${name}`]!.data[0]));
      const [least, most] = ranges.get(name) ?? [low!, high!];
      ranges.set(name, [Math.min(least, low!), Math.max(most, high!)]);
    }
  }
  await session.release();
  const metadata = { ...model.metadata, precision: 'int8', calibrationItems: String(chosen.length) };
  return encodeModel({ ...quantised(model, plan, ranges), metadata });
}
