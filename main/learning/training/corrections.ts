/** What makes up for moments that began at zero. */
import type { TensorValue } from '../runtime.ts';
import { floats } from './batches.ts';
import { momentDecay } from './optimisers.ts';

/**
 * The corrections of one update, by the steps that a parameter itself has had, as PyTorch counts them.
 * @param step from 1
 * @param lateBy steps of the run before the body began to learn; 0 where all began at once
 */
export function correctionFeeds(step: number, lateBy: number): Record<string, TensorValue> {
  const own = { firstCorrection: correction('first', step), secondCorrection: correction('second', step) };
  if (lateBy === 0) return own;
  return {
    ...own,
    lateFirstCorrection: correction('first', step - lateBy),
    lateSecondCorrection: correction('second', step - lateBy),
  };
}

function correction(moment: 'first' | 'second', step: number): TensorValue {
  return floats(Float32Array.of(1 - momentDecay[moment] ** step), []);
}
