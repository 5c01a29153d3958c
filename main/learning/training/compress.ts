/** Delivers a network with its convolutions in 8 bits, and says what that costs. */
import { compressModel } from '../compress/compress-model.ts';
import { evaluate } from '../metrics/index.ts';
import type { GraphRuntime } from '../runtime.ts';
import type { EvaluatedSplit } from '../training-types.ts';
import { openDelivered } from './delivered-answers.ts';
import type { TrainerTask } from './trainer.ts';

/** What a network answers to some items of known class. */
export interface Answered {
  readonly items: Int32Array;
  readonly labels: Int32Array;
  /** As `answersOf` gives them, calibrated. */
  readonly answers: Float32Array;
}

export interface Compressed {
  readonly onnx: Uint8Array;
  /** Of the compressed network. */
  readonly found: Readonly<Record<EvaluatedSplit, Answered>>;
  /**
   * `int8/test/float32Accuracy` and `int8/test/accuracy`, the same of balanced accuracy, `int8/test/balancedAccuracyLoss` (float32's less int8's), `int8/test/probabilityDifference` (mean) and the like, and
   * `int8/bytesShare`, the file's size over the other's.
   */
  readonly figures: Readonly<Record<string, number>>;
}

/**
 * @param before what the network in 32 bits answers
 * @throws NightsiftError `badInput` when the network has no convolution over images
 */
export async function compressNetwork(
  { source }: TrainerTask,
  onnx: Uint8Array,
  before: Readonly<Record<EvaluatedSplit, Answered>>,
  runtime: GraphRuntime,
): Promise<Compressed> {
  const { inputs, items, dataset } = source;
  const compressed = await compressModel(onnx, inputs, items, runtime);
  const delivered = await openDelivered(compressed, inputs, dataset.classes.length, runtime);
  const found = {} as Record<EvaluatedSplit, Answered>;
  const figures: Record<string, number> = { 'int8/bytesShare': compressed.byteLength / onnx.byteLength };
  for (const split of ['train', 'validation', 'test'] as const) {
    const was = before[split];
    const answers = await delivered.answers(was.items);
    found[split] = { ...was, answers };
    if (was.items.length === 0) continue;
    const judged = (given: Float32Array) => evaluate(given, was.labels, dataset.classes);
    const [whole, small] = [judged(was.answers), judged(answers)];
    const difference = answers.reduce((sum, value, place) => sum + Math.abs(value - was.answers[place]!), 0);
    figures[`int8/${split}/float32Accuracy`] = whole.accuracy;
    figures[`int8/${split}/accuracy`] = small.accuracy;
    figures[`int8/${split}/float32BalancedAccuracy`] = whole.balancedAccuracy;
    figures[`int8/${split}/balancedAccuracy`] = small.balancedAccuracy;
    figures[`int8/${split}/balancedAccuracyLoss`] = whole.balancedAccuracy - small.balancedAccuracy;
    figures[`int8/${split}/probabilityDifference`] = difference / answers.length;
  }
  await delivered.release();
  return { onnx: compressed, found, figures };
}
