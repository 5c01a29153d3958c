/** Frames as a network sees them: the small view of each record as an image, its session-relative figures beside it. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { WorkerPool } from '../../jobs/pool.ts';
import type { TensorInput } from '../../learning/dataset.ts';
import { inputNamesOf } from '../../learning/trainables.ts';
import type { ViewsInput, ViewsOutput } from '../work/frame-tasks.ts';

export interface FrameSource {
  readonly recordBlob: string;
  readonly features: Float32Array;
}

/** Image sides of the recipes, pixels; each divides the 224 of a stored view. */
const imageSides: Readonly<Record<string, number>> = {
  'small-cnn': 112,
  'star-crops': 112,
  resnet18: 224,
};

export function imageSideOf(recipe: string): number {
  return imageSides[recipe] ?? 224;
}

/** The view that a recipe sees of frames, as its side in pixels; null where it goes by measured figures alone. */
export function pictureSideOf(recipe: string): number | null {
  return inputNamesOf(recipe).every((name) => name === figuresName) ? null : imageSideOf(recipe);
}

const figuresName = 'features';

/** `features` [names] alone, one entry for each frame in order. Errors: modelMismatch when a frame has other features. */
export function figureInputs(frames: readonly Pick<FrameSource, 'features'>[]): TensorInput[] {
  const featureCount = frames[0]?.features.length ?? 0;
  const features = new Float32Array(frames.length * featureCount);
  frames.forEach((frame, index) => {
    if (frame.features.length !== featureCount) {
      throw new NightsiftError('modelMismatch', 'Frames were judged by different versions of Nightsift.', {
        hint: 'Scan the session again and make a new data set version.',
      });
    }
    features.set(frame.features, index * featureCount);
  });
  return [{ name: figuresName, shape: [featureCount], data: features }];
}

/**
 * Inputs `image` [1, side, side] and `crops` [pieces, side, side] (8 bits), `features` [names] and `lines` [figures of
 * suspected lines], one entry for each frame in order. Views smaller than `side` are taken as they are. Errors: modelMismatch
 * when the side does not divide that of the views or a frame has other features.
 */
export async function frameInputs(
  pool: WorkerPool,
  blobsDirectory: string,
  frames: readonly FrameSource[],
  side: number,
): Promise<TensorInput[]> {
  const ask: ViewsInput = { blobsDirectory, recordBlobs: frames.map(({ recordBlob }) => recordBlob) };
  const views = await pool.run<ViewsOutput>('views', ask);
  const shown = Math.min(side, views.side);
  return [
    { name: 'image', shape: [1, shown, shown], data: reducedViews(views, frames.length, shown) },
    { name: 'crops', shape: [views.crops.count, views.crops.side, views.crops.side], data: views.crops.data },
    ...figureInputs(frames),
    { name: 'lines', shape: [views.lines.length / Math.max(1, frames.length)], data: views.lines },
  ];
}

/** Views reduced to `side` by averaging whole blocks of pixels. */
export function reducedViews(
  views: Pick<ViewsOutput, 'side' | 'data'>,
  count: number,
  side: number,
): Uint8Array {
  if (count === 0 || views.side === side) return views.data;
  const block = views.side / side;
  if (!Number.isInteger(block)) {
    throw new NightsiftError('modelMismatch', `Views of ${views.side} pixels cannot be reduced to ${side}.`, {
      hint: 'The model wants another kind of image.',
    });
  }
  const result = new Uint8Array(count * side * side);
  for (let place = 0; place < result.length; place++) {
    const x = (place % side) * block;
    const y = Math.floor(place / side) * block; // rows of all views lie below each other
    let sum = 0;
    for (let row = y; row < y + block; row++) {
      for (let column = x; column < x + block; column++)
        sum += views.data[row * views.side + column] as number;
    }
    result[place] = Math.round(sum / (block * block));
  }
  return result;
}
