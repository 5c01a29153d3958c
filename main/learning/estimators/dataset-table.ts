/** The table that an estimator sees of a data set, and the same preparation at the start of its graph. */
import { NightsiftError } from '../../../contract/errors.ts';
import { sizeOf, type TensorInput } from '../dataset.ts';
import type { ModelParts } from './model-parts.ts';
import type { Table } from './table.ts';

/** The measured figures where there are any, or what the estimator asks for; else the only input, whatever its shape. */
export function tableInput(inputs: readonly TensorInput[], wanted = 'features'): TensorInput {
  const chosen =
    inputs.find(({ name, shape }) => name === wanted && shape.length === 1) ??
    (inputs.length === 1 ? inputs[0] : undefined);
  if (chosen) return chosen;
  const found = inputs.map((each) => `${each.name} [${each.shape.join(', ')}]`).join('; ');
  throw new NightsiftError('badInput', `An estimator needs an input "${wanted}"; found: ${found}.`, {
    hint: 'Choose a network recipe, or prepare the data set with features.',
  });
}

/** Rows of the input; bytes mean value/255. */
export function tableOf({ shape, data }: TensorInput, items: ArrayLike<number>): Table {
  const columns = sizeOf(shape);
  const values =
    data instanceof Float64Array
      ? new Float64Array(items.length * columns)
      : new Float32Array(items.length * columns);
  for (let index = 0; index < items.length; index++) {
    const start = items[index]! * columns;
    const row = data.subarray(start, start + columns);
    if (row instanceof Uint8Array)
      for (let column = 0; column < columns; column++) values[index * columns + column] = row[column]! / 255;
    else values.set(row, index * columns);
  }
  return { rows: items.length, columns, values };
}

/** Flattens the input to [rows, columns]. */
export function addTable(parts: ModelParts, { name, shape }: TensorInput): string {
  return shape.length === 1 ? name : parts.apply('Flatten', [name], { axis: 1 });
}
