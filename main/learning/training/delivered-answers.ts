/** What a file that is about to be delivered says of items of the data set. */
import type { TensorInput } from '../dataset.ts';
import { sizeOf } from '../dataset.ts';
import { loadPredictor } from '../predict.ts';
import type { GraphRuntime } from '../runtime.ts';
import { scoringBatch } from './scorer.ts';

export interface DeliveredModel {
  /** [items, classes], as `answersOf` gives them: the calibration is in the file. */
  answers(items: Int32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

/** @param inputs of the data set the file was trained on, all its items */
export async function openDelivered(
  onnx: Uint8Array,
  inputs: readonly TensorInput[],
  width: number,
  runtime: GraphRuntime,
): Promise<DeliveredModel> {
  const predictor = await loadPredictor(onnx, runtime);
  return {
    async answers(items) {
      const result = new Float32Array(items.length * width);
      for (let start = 0; start < items.length; start += scoringBatch) {
        const part = items.subarray(start, start + scoringBatch);
        result.set(await predictor.predict(inputs.map((input) => pickItems(input, part))), start * width);
      }
      return result;
    },
    release: () => predictor.release(),
  };
}

/** An input with some of the items only, in the order asked for. */
export function pickItems(input: TensorInput, items: Int32Array): TensorInput {
  const size = sizeOf(input.shape);
  const { data } = input;
  const picked = data.slice(0, items.length * size);
  items.forEach((item, index) => {
    picked.set(data.subarray(item * size, (item + 1) * size), index * size);
  });
  return { ...input, data: picked };
}

/** Fewer items than this say too little of a split. */
const fewestJudged = 50;

/**
 * The training items that a finished network is judged on. Their figures stand beside those of the other splits, to
 * show how much it learned by heart, so as many of them do as there are to compare with: an even draw, each class with
 * its share. All where nothing else can be judged.
 * @param others how many items the other splits have together
 */
export function judgedTrainingItems(
  items: Int32Array,
  labels: Int32Array | readonly number[],
  others: number,
): Int32Array {
  const wanted = Math.max(others, fewestJudged);
  if (others === 0 || items.length <= wanted) return items;
  const byClass = items.toSorted((one, other) => labels[one]! - labels[other]! || one - other);
  const drawn = Int32Array.from(
    { length: wanted },
    (_, place) => byClass[Math.floor(((place + 0.5) * items.length) / wanted)]!,
  );
  return drawn.sort();
}
