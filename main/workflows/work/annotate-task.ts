/** One annotated picture: the frame opened again, stretched, and what the judge saw drawn over it. */
import { annotations, type Verdict } from '../../families/frames/picture/annotations.ts';
import { openFrameRows } from '../../families/frames/picture/frame-rows.ts';
import { smallPicture } from '../../families/frames/picture/picture.ts';
import { decodeRecord } from '../../families/frames/record-codec.ts';
import { pngWithDrawing } from '../../formats/raster/write-png.ts';
import { blobPath, readBytes } from '../../library/blobs.ts';
import { openLocalFile } from '../../sources/local-file.ts';

export interface AnnotateInput {
  readonly path: string;
  readonly blobsDirectory: string;
  readonly recordBlob: string;
  readonly verdict: Verdict;
  /** Of the picture, px. */
  readonly longestSide: number;
}

/** The bytes of a PNG file. Errors: those of decoding. */
export async function annotate(given: unknown): Promise<Uint8Array> {
  const { path, blobsDirectory, recordBlob, verdict, longestSide } = given as AnnotateInput;
  const record = decodeRecord(readBytes(blobPath(blobsDirectory, recordBlob)));
  const source = openLocalFile(path, verdict.file);
  try {
    const picture = smallPicture(await openFrameRows(source), longestSide);
    return await pngWithDrawing(picture, annotations(record, picture, verdict));
  } finally {
    source.close();
  }
}
