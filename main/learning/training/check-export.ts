/** Whether an exported file answers as what was fitted. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { TensorInput } from '../dataset.ts';
import { loadPredictor } from '../predict.ts';
import type { GraphRuntime } from '../runtime.ts';
import { pickItems } from './delivered-answers.ts';

const exportTolerance = 1e-5;
const largestExportCheck = 256;

interface ExportedAnswers {
  /** Of all items of the data set. */
  readonly input: TensorInput;
  readonly onnx: Uint8Array;
  readonly items: Int32Array;
  /** Own probabilities of the items, [items, classes]. */
  readonly expected: Float64Array;
}

/** @throws NightsiftError `verifyFailed` */
export async function checkExport(
  { input, onnx, items, expected }: ExportedAnswers,
  { runtime }: { readonly runtime: GraphRuntime },
): Promise<{ maximumDifference: number; items: number }> {
  const checked = items.subarray(0, largestExportCheck);
  const predictor = await loadPredictor(onnx, runtime);
  const found = await predictor.predict([pickItems(input, checked)]);
  await predictor.release();
  const maximumDifference = found.reduce((most, value, index) => {
    const difference = Math.abs(value - expected[index]!);
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }, 0);
  if (maximumDifference <= exportTolerance) return { maximumDifference, items: checked.length };
  throw new NightsiftError(
    'verifyFailed',
    `The exported model differs from the fitted one by ${maximumDifference}, more than ${exportTolerance}.`,
    { hint: 'The model was not written. Please report this with the recipe and its settings.' },
  );
}
