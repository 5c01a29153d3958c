/** Delivers a network with its convolutions in 8 bits, and says what that costs. */
import { compressModel } from '../compress/compress-model.ts';
import { evaluate, softmaxRows } from '../metrics/index.ts';
import type { GraphRuntime } from '../runtime.ts';
import type { EvaluatedSplit } from '../training-types.ts';
import { plainFeeds } from './batches.ts';
import type { TrainerTask } from './trainer.ts';

/** What a network says of some items of known class. */
export interface Scores {
  readonly items: Int32Array;
  readonly labels: Int32Array;
  readonly logits: Float32Array;
}

export interface Compressed {
  readonly onnx: Uint8Array;
  /** Of the compressed network, its temperature applied. */
  readonly scores: Readonly<Record<EvaluatedSplit, Scores>>;
  /**
   * `int8/test/float32Accuracy` and `int8/test/accuracy`, the same of balanced accuracy, `int8/test/balancedAccuracyLoss` (float32's less int8's), `int8/test/probabilityDifference` (mean) and the like, and
   * `int8/bytesShare`, the file's size over the other's.
   */
  readonly figures: Readonly<Record<string, number>>;
}

const itemsAtOnce = 32;

/**
 * @param before what the network in 32 bits says, before `temperature`
 * @throws NightsiftError `badInput` when the network has no convolution over images
 */
export async function compressNetwork(
  { source }: TrainerTask,
  onnx: Uint8Array,
  before: Readonly<Record<EvaluatedSplit, Scores>>,
  { runtime, temperature }: { readonly runtime: GraphRuntime; readonly temperature: number },
): Promise<Compressed> {
  const { inputs, items, dataset } = source;
  const count = dataset.classes.length;
  const compressed = await compressModel(onnx, inputs, items, runtime);
  const session = await runtime.load(compressed, { purpose: 'inference' });
  const scores = {} as Record<EvaluatedSplit, Scores>;
  const figures: Record<string, number> = { 'int8/bytesShare': compressed.byteLength / onnx.byteLength };
  for (const split of ['train', 'validation', 'test'] as const) {
    const was = before[split];
    const logits = new Float32Array(was.logits.length);
    for (let start = 0; start < was.items.length; start += itemsAtOnce) {
      const part = was.items.subarray(start, start + itemsAtOnce);
      const found = await session.run(plainFeeds(inputs, part), ['logits']);
      logits.set(found.logits!.data as Float32Array, start * count);
    }
    scores[split] = { ...was, logits };
    if (was.items.length === 0) continue;
    const [given, kept] = [softmaxRows(was.logits, count, temperature), softmaxRows(logits, count)];
    const judged = (probabilities: Float32Array) => evaluate(probabilities, was.labels, dataset.classes);
    const [whole, small] = [judged(given), judged(kept)];
    const difference = given.reduce((sum, value, place) => sum + Math.abs(value - kept[place]!), 0);
    figures[`int8/${split}/float32Accuracy`] = whole.accuracy;
    figures[`int8/${split}/accuracy`] = small.accuracy;
    figures[`int8/${split}/float32BalancedAccuracy`] = whole.balancedAccuracy;
    figures[`int8/${split}/balancedAccuracy`] = small.balancedAccuracy;
    figures[`int8/${split}/balancedAccuracyLoss`] = whole.balancedAccuracy - small.balancedAccuracy;
    figures[`int8/${split}/probabilityDifference`] = difference / given.length;
  }
  await session.release();
  return { onnx: compressed, scores, figures };
}
