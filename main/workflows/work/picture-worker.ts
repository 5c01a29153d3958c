/** The worker thread that makes pictures: opens a frame, keeps the last ones open, answers with pixels or a JPEG. */
import sharp from 'sharp';
import type { HeaderCard } from '../../../contract/calls/frames.ts';
import { encodePixels } from '../../../contract/pixel-packet.ts';
import { type FrameRows, openFrameRows } from '../../families/frames/picture/frame-rows.ts';
import { headerCards } from '../../families/frames/picture/header-cards.ts';
import { type PixelRequest, pixelsOf, smallPicture } from '../../families/frames/picture/picture.ts';
import { decodeRecord } from '../../families/frames/record-codec.ts';
import { serveTasks, Transferring } from '../../jobs/worker-side.ts';
import { readBytes } from '../../library/blobs.ts';
import { type LocalFile, openLocalFile } from '../../sources/local-file.ts';
import { overlayOf } from '../looking/overlay.ts';

export interface FrameFile {
  readonly path: string;
  /** As it is named in errors. */
  readonly file: string;
}
export type PixelsInput = FrameFile & PixelRequest;
export type ThumbnailInput = FrameFile & { readonly side: number };

/** Decoded frames that stay in memory for the next tile, bytes. */
const keptBytes = 400 * 1024 * 1024;
const mostOpen = 4;
const jpegQuality = 84;

interface OpenFrame {
  readonly key: string;
  readonly source: LocalFile;
  readonly frame: FrameRows;
}
const open: OpenFrame[] = [];

/** The frame, opened now or still open; the last used comes last. */
async function frameOf({ path, file }: FrameFile): Promise<FrameRows> {
  const source = openLocalFile(path, file);
  const { modifiedNanoseconds, byteLength } = source.state();
  const key = `${path}\0${modifiedNanoseconds}\0${byteLength}`;
  const at = open.findIndex((each) => each.key === key);
  if (at >= 0) {
    source.close();
    const [found] = open.splice(at, 1);
    open.push(found);
    return found.frame;
  }
  try {
    const frame = await openFrameRows(source);
    open.push({ key, source, frame });
    while (open.length > 1 && (open.length > mostOpen || heldBytes() > keptBytes))
      open.shift()?.source.close();
    return frame;
  } catch (error) {
    source.close();
    throw error;
  }
}

function heldBytes(): number {
  return open.reduce((sum, { frame }) => sum + frame.byteLength, 0);
}

async function thumbnail(input: ThumbnailInput): Promise<Transferring> {
  const { data, width, height, channels } = smallPicture(await frameOf(input), input.side);
  const jpeg = await sharp(data, { raw: { width, height, channels } })
    .jpeg({ quality: jpegQuality })
    .toBuffer();
  return moved(new Uint8Array(jpeg));
}

async function pixels(input: PixelsInput): Promise<Transferring> {
  return moved(encodePixels(pixelsOf(await frameOf(input), input)));
}

function moved(bytes: Uint8Array): Transferring {
  return new Transferring(bytes, [bytes.buffer as ArrayBuffer]);
}

async function header({ path, file }: FrameFile): Promise<HeaderCard[]> {
  const source = openLocalFile(path, file);
  try {
    return await headerCards(source);
  } finally {
    source.close();
  }
}

serveTasks({
  thumbnail: (input) => thumbnail(input as ThumbnailInput),
  pixels: (input) => pixels(input as PixelsInput),
  header: (input) => header(input as FrameFile),
  overlay: (input) => overlayOf(decodeRecord(readBytes((input as { path: string }).path))),
});
