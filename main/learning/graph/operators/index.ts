import type { OperatorTable } from '../rule.ts';
import { activations } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { convolutions } from './convolution.ts';
import { matrices } from './matrix.ts';
import { normalisations } from './normalisation.ts';
import { poolings } from './pooling.ts';
import { reductions } from './reduction.ts';
import { shaping } from './shaping.ts';

/** Every operator the builder knows. A new one: a rule in its file, which is spread in here. */
export const operators: OperatorTable = {
  ...arithmetic,
  ...activations,
  ...matrices,
  ...shaping,
  ...reductions,
  ...convolutions,
  ...poolings,
  ...normalisations,
};
