/** Any file a camera or an archive writes, to one decoded frame. */
import type { ByteSource } from '../../formats/byte-source.ts';
import type { DecodedImage } from '../../formats/fits/decoded.ts';
import { isGzip, unwrapGzip } from '../../formats/fits/gzip-file.ts';
import type { PixelOptions } from '../../formats/fits/memory.ts';
import { readFitsImage } from '../../formats/fits/read-image.ts';
import {
  foreignCompression,
  identifyLength,
  isAstronomersName,
  isXisf,
  type RasterFormat,
  rasterFormat,
} from '../../formats/identify.ts';
import { refusal } from '../../formats/refusal.ts';
import { readXisfImage } from '../../formats/xisf/read-xisf.ts';
import { readFrameHeader } from './header.ts';
import { readBayerPattern, storedPattern } from './header-mosaic.ts';
import { frameTypeOfName } from './header-type.ts';
import type { KernelSpace } from './kernels/kernels.ts';
import { confirmedPattern } from './mosaic-check.ts';
import type { BayerPattern, FrameImage } from './record.ts';
import type { FrameFacts, StoredFrame } from './stored-frame.ts';

export type DecodeOptions = PixelOptions;

/**
 * For `allocate`: one array for all frames of the same size, which spares clearing fresh memory for each. The pixels
 * of a frame then hold until the next one is decoded.
 */
export function reusedPixels(): (length: number) => Float32Array {
  let kept = new Float32Array(0);
  return (length) => {
    if (kept.length !== length) kept = new Float32Array(length);
    return kept;
  };
}

/** More remarks than these say nothing new. */
const warningLimit = 50;

/**
 * Decodes the frame that `source` holds: FITS (plain, tile-compressed or gzipped), XISF, PNG, JPEG, TIFF, known by
 * their bytes; a picture under the name of a FITS or XISF file is refused. Pixels are physical values in rows as stored; a colour frame gives its second plane.
 * @throws refusals only (see docs/guide/errors.md): `empty`, `notAnImage`, `noImage`, `badHeader`,
 * `unsupportedCompression`, `unsupportedLayout`, `damagedData`, `tooLarge`; `cannotOpen` from the source.
 */
export async function decodeFrame(source: ByteSource, options: DecodeOptions = {}): Promise<FrameImage> {
  const warnings: string[] = [];
  const image = await readOrRefuse(source, options, warnings);
  return { ...describeFrame(image, source.name, warnings), pixels: image.pixels };
}

/**
 * The same into the memory of the kernels, integers of up to 16 bits as they are stored: half the memory, and nothing to
 * copy for measuring. What the space held before is gone. @throws as `decodeFrame`.
 */
export async function decodeStored(source: ByteSource, space: KernelSpace): Promise<StoredFrame> {
  const warnings: string[] = [];
  space.reset();
  let at = 0;
  let given: Float32Array | null = null;
  const options: DecodeOptions = {
    allocate: (length) => {
      space.reset();
      at = space.allocate(4 * length);
      given = space.floats(at, length);
      return given;
    },
    words: {
      allocate: (length) => {
        space.reset();
        at = space.allocate(2 * length);
        return space.words(at, length);
      },
      convert: (first, count) => space.run.swapWords(at + 2 * first, count),
    },
  };
  const image = await readOrRefuse(source, options, warnings);
  const facts = describeFrame(image, source.name, warnings);
  const { words, pixels } = image;
  if (words !== undefined) {
    const { scale, zero } = words;
    return { ...facts, space, at, kind: 'words', scale, zero, validRows: validRowsOf(image) };
  }
  if (pixels !== given) {
    space.reset();
    at = space.allocate(4 * pixels.length);
    space.floats(at, pixels.length).set(pixels);
  }
  return { ...facts, space, at, kind: 'floats', scale: 1, zero: 0, validRows: image.height };
}

function validRowsOf({ truncated, height }: DecodedImage): number {
  return truncated?.validRows ?? height;
}

function readOrRefuse(source: ByteSource, options: DecodeOptions, warnings: string[]): Promise<DecodedImage> {
  return readAnyImage(source, options, warnings).catch((cause: unknown) => {
    // The engine's way of saying that a buffer could not be had.
    if (cause instanceof RangeError && /allocat|array.*length|memory/i.test(cause.message))
      throw outOfMemory(source, cause);
    throw cause;
  });
}

function outOfMemory(source: ByteSource, cause: RangeError) {
  return refusal(
    'tooLarge',
    source,
    `there is not enough memory to decode it (${cause.message})`,
    'Close other programs or judge the frame on a computer with more memory.',
  );
}

function misnamed(source: ByteSource, format: RasterFormat) {
  return refusal(
    'notAnImage',
    source,
    `its bytes are a ${format.toUpperCase()} picture, which its name does not say`,
    `Take the frame that the camera wrote; if this picture is to be judged, name it .${format}.`,
    { format },
  );
}

async function readAnyImage(
  source: ByteSource,
  options: DecodeOptions,
  warnings: string[],
): Promise<DecodedImage> {
  if (source.byteLength === 0) {
    throw refusal('empty', source, 'it has no bytes', 'The disk was full or the capture was interrupted.');
  }
  const head = source.read(0, identifyLength);
  if (isGzip(head)) return readFitsImage(await unwrapGzip(source, warnings), options, warnings);
  const wrapping = foreignCompression(head);
  if (wrapping !== null) {
    throw refusal(
      'unsupportedCompression',
      source,
      `it is wrapped in ${wrapping}`,
      'Unpack it first; gzip is opened as it is.',
      { compression: wrapping },
    );
  }
  const raster = rasterFormat(head);
  if (raster !== null) {
    if (isAstronomersName(source.name)) throw misnamed(source, raster);
    // Loaded on first use: most nights hold no such file.
    const { readRasterImage } = await import('../../formats/raster/read-raster.ts');
    return readRasterImage(source, options);
  }
  if (isXisf(head)) return readXisfImage(source, options);
  return readFitsImage(source, options, warnings);
}

/** The Bayer pattern of the stored rows; null for mono and colour frames. */
function mosaicOf(image: DecodedImage, warnings: string[]): BayerPattern | null {
  const { width, header } = image;
  const height = validRowsOf(image);
  const pixels = image.words?.samples ?? image.pixels;
  // Remarks on the keyword were made when the header was read.
  const claimed = image.planes === 1 ? readBayerPattern(header, []) : null;
  if (claimed === null) return null;
  const stored = storedPattern(header, claimed, image.height);
  const confirmed = confirmedPattern(stored, pixels, width, height);
  if (confirmed !== stored) {
    warnings.push(`BAYERPAT and ROWORDER say ${stored}, but the pixels' greens lie as in ${confirmed}`);
  }
  return confirmed;
}

function describeFrame(image: DecodedImage, name: string, warnings: string[]): FrameFacts {
  const read = readFrameHeader(image.header, image.typeMaximum, warnings);
  const frameType = read.frameType === 'unknown' ? frameTypeOfName(name) : read.frameType;
  const header = { ...read, frameType };
  const mosaic = mosaicOf(image, warnings);
  return {
    width: image.width,
    height: image.height,
    planes: image.planes,
    mosaic,
    bitpix: image.bitpix,
    saturationLevel: header.saturationAdu ?? image.typeMaximum,
    header,
    truncated: image.truncated,
    warnings: warnings.slice(0, warningLimit),
  };
}
