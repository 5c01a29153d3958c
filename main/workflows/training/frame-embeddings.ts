/** What the shipped body makes of frames: computed once for a list of contents, kept in the library. */
import type { TensorInput } from '../../learning/dataset.ts';
import { sha256 } from '../../library/blobs.ts';
import type { Library } from '../../library/open-library.ts';
import { preparedTensors } from '../datasets/prepared-tensors.ts';
import { type FrameFamily, openFamilyPool } from '../frame-family.ts';
import { type FrameSource, frameInputs, imageSideOf } from './frame-inputs.ts';
import type { LearningPool } from './learning-pool.ts';
import { shippedBackbone } from './shipped-backbone.ts';

const recipe = 'star-crops';
const inputName = 'embedding';

export interface EmbeddingPorts {
  readonly library: Library;
  readonly family: FrameFamily;
  readonly learning: LearningPool;
}

/**
 * One row for each frame, the median over the frames taken off: what is always there on a night says nothing of one
 * frame. Null where no body is shipped.
 */
export async function frameEmbeddings(
  { library, family, learning }: EmbeddingPorts,
  frames: readonly (FrameSource & { readonly contentHash: string })[],
): Promise<Float32Array[] | null> {
  const backbone = shippedBackbone(recipe);
  if (backbone === null || frames.length === 0) return null;
  const contents = sha256(frames.map(({ contentHash }) => contentHash).join('\n'));
  const key = `${recipe}/${family.measurementVersion}/${sha256(backbone).slice(0, 16)}`;
  const { inputs } = await preparedTensors(library, contents, key, async () => {
    const pool = openFamilyPool(family, 1);
    try {
      const pictures = await frameInputs(pool, library.blobs.directory, frames, imageSideOf(recipe));
      const made = await learning.embed({ recipe, backbone, inputs: pictures, items: frames.length });
      return {
        ids: frames.map(({ contentHash }) => contentHash),
        inputs: [{ name: inputName, shape: [made.width], data: made.data }],
        classes: ['frame'],
        labels: new Int32Array(frames.length),
        split: new Uint8Array(frames.length),
        personLabelled: new Uint8Array(frames.length),
      };
    } finally {
      await pool.close();
    }
  });
  const { shape, data } = inputs[0] as TensorInput;
  return againstMedian(Float32Array.from(data), shape[0] as number);
}

function againstMedian(data: Float32Array, width: number): Float32Array[] {
  const rows = Array.from({ length: data.length / width }, (_, row) =>
    data.slice(row * width, (row + 1) * width),
  );
  for (let column = 0; column < width; column++) {
    const sorted = Float32Array.from(rows, (row) => row[column] as number).sort();
    const median = sorted[sorted.length >> 1] as number;
    for (const row of rows) (row[column] as number) -= median;
  }
  return rows;
}
