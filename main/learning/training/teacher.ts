/** A trained model as a teacher: what it says of the items, for a network to imitate. */
import { NightsiftError } from '../../../contract/errors.ts';
import { sizeOf, type TensorDataset } from '../dataset.ts';
import { loadPredictor } from '../predict.ts';
import type { GraphRuntime } from '../runtime.ts';

/** Certainty beyond this teaches nothing more: log-odds of about 14. */
const leastProbability = 1e-6;

/**
 * Logits [items, classes] of the plain items, in the order of the data set's classes.
 * @throws NightsiftError `badModel`; `modelMismatch` when the teacher reads other inputs or knows other classes
 */
export async function teacherLogits(
  onnx: Uint8Array,
  dataset: TensorDataset,
  runtime: GraphRuntime,
): Promise<Float32Array> {
  const teacher = await loadPredictor(onnx, runtime);
  try {
    const places = dataset.classes.map((name) => teacher.classes.indexOf(name));
    if (places.includes(-1) || teacher.classes.length !== dataset.classes.length) {
      throw new NightsiftError(
        'modelMismatch',
        `The teacher tells ${teacher.classes.join(', ')} apart, the data set ${dataset.classes.join(', ')}.`,
        { hint: 'Choose a teacher of the same classes.' },
      );
    }
    const inputs = teacher.inputs.map(({ name, shape }) => {
      const found = dataset.inputs.find((input) => input.name === name);
      if (found && sizeOf(found.shape) === sizeOf(shape)) return found;
      throw new NightsiftError(
        'modelMismatch',
        `The teacher reads "${name}" [${shape.join(', ')}], which the recipe is not given.`,
        { hint: 'Choose a teacher that reads the same images and figures as the recipe.' },
      );
    });
    const probabilities = await teacher.predict(inputs);
    const width = dataset.classes.length;
    return Float32Array.from(probabilities, (_, place) => {
      const row = place - (place % width);
      return Math.log(Math.max(leastProbability, probabilities[row + places[place % width]!]!));
    });
  } finally {
    await teacher.release();
  }
}
