/** One annotated picture: the frame decoded again, stretched, and what the judge saw drawn over it. */
import { annotations, isFlipped, type Verdict } from '../../families/frames/picture/annotations.ts';
import { framePicture } from '../../families/frames/picture/frame-picture.ts';
import { type GreyPicture, pngWithDrawing } from '../../formats/raster/write-png.ts';
import type { TaskHandler } from '../../jobs/worker-side.ts';
import { blobPath, readBytes } from '../../library/blobs.ts';
import { openLocalFile } from '../../sources/local-file.ts';
import type { FrameFunctions } from './frame-tasks.ts';

export interface AnnotateInput {
  readonly path: string;
  readonly blobsDirectory: string;
  readonly recordBlob: string;
  readonly verdict: Verdict;
  /** Of the picture, px. */
  readonly longestSide: number;
}

/** The handler of the task `annotate`; answers the bytes of a PNG file. Errors: those of decoding. */
export function annotateTask({
  decodeFrame,
  decodeRecord,
}: Pick<FrameFunctions, 'decodeFrame' | 'decodeRecord'>): TaskHandler {
  return async (given) => {
    const { path, blobsDirectory, recordBlob, verdict, longestSide } = given as AnnotateInput;
    const record = decodeRecord(readBytes(blobPath(blobsDirectory, recordBlob)));
    const source = openLocalFile(path, verdict.file);
    try {
      const picture = framePicture(await decodeFrame(source), longestSide);
      const grey = isFlipped(record) ? upsideDown(picture) : picture;
      return await pngWithDrawing(grey, annotations(record, picture, verdict));
    } finally {
      source.close();
    }
  };
}

function upsideDown({ width, height, data }: GreyPicture): GreyPicture {
  const turned = new Uint8Array(data.length);
  for (let row = 0; row < height; row++)
    turned.set(data.subarray(row * width, (row + 1) * width), (height - 1 - row) * width);
  return { width, height, data: turned };
}
