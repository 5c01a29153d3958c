/** A frame as it lies in the kernels' memory: 16-bit words as they were stored where the file has such, else floats. */
import { KernelSpace } from './kernels/kernels.ts';
import type { FrameImage } from './record.ts';

/** All of a decoded frame but its pixels. */
export type FrameFacts = Omit<FrameImage, 'pixels'>;

/** Measuring uses it up: its samples are changed on the way. Good until its space is used for the next one. */
export interface StoredFrame extends FrameFacts {
  readonly space: KernelSpace;
  /** Address of the samples, row by row. */
  readonly at: number;
  readonly kind: 'words' | 'floats';
  /** Physical value = sample * scale + zero; 1 and 0 for floats, scale above 0. */
  readonly scale: number;
  readonly zero: number;
  /** Rows from 0 on that the file holds; words of later ones have no meaning. */
  readonly validRows: number;
}

/** The samples, undefined ones NaN; void once more memory is allocated in the space. */
export function samplesOf(frame: StoredFrame): Uint16Array | Float32Array {
  const count = frame.width * frame.height;
  return frame.kind === 'words' ? frame.space.words(frame.at, count) : frame.space.floats(frame.at, count);
}

/** Physical value of the pixel at an index, NaN where undefined. */
export function valuesOf(frame: StoredFrame): (index: number) => number {
  const { scale, zero } = frame;
  const end = frame.validRows * frame.width;
  let samples = samplesOf(frame);
  return (index) => {
    // Empty after the memory grew.
    if (samples.length === 0) samples = samplesOf(frame);
    return index < end ? samples[index] * scale + zero : Number.NaN;
  };
}

let shared: KernelSpace | null = null;

/** A copy of a decoded image in the kernels' memory; the image stays as it is. Replaces the copy made before. */
export function storeImage(image: FrameImage): StoredFrame {
  shared ??= new KernelSpace();
  const { pixels, ...facts } = image;
  shared.reset();
  const at = shared.allocate(4 * pixels.length);
  shared.floats(at, pixels.length).set(pixels);
  return { ...facts, space: shared, at, kind: 'floats', scale: 1, zero: 0, validRows: image.height };
}
