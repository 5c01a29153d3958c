/** Simulated frames as the pictures that a body learns from. */

import type { FrameRecord } from '../../main/families/frames/record.ts';
import type { TensorInput } from '../../main/learning/dataset.ts';
import { imageSideOf, reducedViews } from '../../main/workflows/training/frame-inputs.ts';

export const backboneRecipe = 'star-crops';

/** Inputs `crops` and `image`, as training and predicting make them. */
export function picturesOf(records: readonly FrameRecord[]): TensorInput[] {
  const side = imageSideOf(backboneRecipe);
  const [first] = records;
  if (first === undefined) throw new RangeError('There are no frames.');
  const { count, side: cropSide } = first.crops;
  const views = { side: first.view.width, data: joined(records.map(({ view }) => view.data)) };
  return [
    {
      name: 'crops',
      shape: [count, cropSide, cropSide],
      data: joined(records.map(({ crops }) => crops.data)),
    },
    { name: 'image', shape: [1, side, side], data: reducedViews(views, records.length, side) },
  ];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
