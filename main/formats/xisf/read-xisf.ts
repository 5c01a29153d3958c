/** Reads the first image of a monolithic XISF file (XISF 1.0, PixInsight's format, also written by N.I.N.A.). */
import type { ByteSource } from '../byte-source.ts';
import type { DecodedImage } from '../fits/decoded.ts';
import { FitsHeader } from '../fits/header.ts';
import { fitsLimits } from '../fits/limits.ts';
import { allocatePlane, checkBytes, checkClaim, type PixelOptions } from '../fits/memory.ts';
import { convertSamples, toHostOrder } from '../fits/samples.ts';
import type { Scaling } from '../fits/scaling.ts';
import { type ImageShape, judgeAxes } from '../fits/select-image.ts';
import type { Bitpix } from '../fits/structure.ts';
import { quoted, refusal } from '../refusal.ts';
import { expandBlock, readCompression, readPlace } from './block.ts';
import { readXisfHeader, type XisfImage } from './header.ts';

interface SampleFormat {
  readonly bitpix: Bitpix;
  /** What turns the signed words of FITS into the unsigned ones of XISF. */
  readonly zero: number;
  readonly maximum: number | null;
}

const formats: Readonly<Record<string, SampleFormat>> = {
  UInt8: { bitpix: 8, zero: 0, maximum: 255 },
  UInt16: { bitpix: 16, zero: 32_768, maximum: 65_535 },
  UInt32: { bitpix: 32, zero: 2 ** 31, maximum: 2 ** 32 - 1 },
  Float32: { bitpix: -32, zero: 0, maximum: null },
  Float64: { bitpix: -64, zero: 0, maximum: null },
};

function readFormat(source: ByteSource, image: XisfImage): SampleFormat {
  const name = image.attributes.sampleFormat ?? '';
  const format = formats[name];
  if (format !== undefined) return format;
  throw refusal(
    'unsupportedLayout',
    source,
    `its samples are ${quoted(name)}`,
    `Known are ${Object.keys(formats).join(', ')}.`,
  );
}

/** @throws `noImage` for one dimension, `unsupportedLayout` for a cube that is not colour, `badHeader`. */
function readGeometry(source: ByteSource, image: XisfImage): ImageShape {
  const text = image.attributes.geometry ?? '';
  const lengths = text.split(':').map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : Number.NaN));
  if (lengths.length < 2 || lengths.length > 8 || lengths.some((length) => !(length > 0))) {
    throw refusal(
      'badHeader',
      source,
      `its geometry is ${quoted(text)}, expected width:height:channels`,
      'The header is damaged; take another copy of the file.',
    );
  }
  const channels = lengths.at(-1) ?? 1;
  // Grey with an alpha channel and colour with one are measured without it.
  const alpha = lengths.length === 3 && (channels === 2 || channels === 4);
  const verdict = judgeAxes(alpha ? [lengths[0]!, lengths[1]!, channels - 1] : lengths);
  if (verdict.kind === 'image' && lengths.length <= 3) return verdict.shape;
  throw refusal(
    'unsupportedLayout',
    source,
    `its geometry is ${quoted(text)}`,
    'Only two-dimensional grey and colour images are judged.',
  );
}

interface RawPlane {
  /** Samples of the measured plane in the file's byte order. */
  readonly bytes: Uint8Array;
  readonly expectedBytes: number;
}

/** Picks every `channels`-th sample of interleaved ("Normal") storage. */
function pickChannel(bytes: Uint8Array, size: number, channels: number, channel: number): Uint8Array {
  const count = Math.floor(bytes.byteLength / (size * channels));
  const out = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const from = (i * channels + channel) * size;
    for (let byte = 0; byte < size; byte++) out[i * size + byte] = bytes[from + byte]!;
  }
  return out;
}

function readBlock(source: ByteSource, image: XisfImage, declared: number): Uint8Array {
  const place = readPlace(source, image.attributes.location ?? '');
  const stored = source.read(
    place.offset,
    Math.min(place.length, Math.max(0, source.byteLength - place.offset)),
  );
  const text = image.attributes.compression;
  if (text === undefined) return stored.subarray(0, declared);
  const compression = readCompression(source, text, image.attributes.subblocks, place.length);
  checkBytes(source, declared, fitsLimits.tileRatio, `${declared} bytes of pixels`);
  const bytes = compression.length === declared ? expandBlock(stored, compression) : null;
  if (bytes !== null) return bytes;
  throw refusal(
    'damagedData',
    source,
    `its block of ${stored.byteLength} bytes does not decode to ${declared} bytes of pixels`,
    'The file was cut off or damaged; take another copy.',
  );
}

function readPlane(source: ByteSource, image: XisfImage, shape: ImageShape, sampleBytes: number): RawPlane {
  const channels = Number((image.attributes.geometry ?? '').split(':')[2] ?? 1);
  const planeBytes = shape.width * shape.height * sampleBytes;
  const block = readBlock(source, image, planeBytes * channels);
  const channel = shape.planes === 3 ? 1 : 0;
  if (image.attributes.pixelStorage?.toLowerCase() === 'normal' && channels > 1) {
    return { bytes: pickChannel(block, sampleBytes, channels, channel), expectedBytes: planeBytes };
  }
  const start = planeBytes * channel;
  return { bytes: block.slice(start, start + planeBytes), expectedBytes: planeBytes };
}

/** Little-endian unsigned words to what `convertSamples` takes: big-endian, signed by flipping the highest bit. */
function toFitsOrder(bytes: Uint8Array, format: SampleFormat, bigEndian: boolean): void {
  const size = Math.abs(format.bitpix) / 8;
  const whole = bytes.subarray(0, Math.floor(bytes.byteLength / size) * size);
  if (!bigEndian) toHostOrder(whole, size);
  if (format.zero !== 0) for (let i = 0; i < whole.byteLength; i += size) whole[i] = whole[i]! ^ 0x80;
}

/** @throws `badHeader`, `noImage`, `unsupportedLayout`, `unsupportedCompression`, `damagedData`, `tooLarge`. */
export function readXisfImage(source: ByteSource, options: PixelOptions): DecodedImage {
  const image = readXisfHeader(source);
  const format = readFormat(source, image);
  const shape = readGeometry(source, image);
  const limits = { ...options, ratio: fitsLimits.tileRatio };
  checkClaim(source, shape.width, shape.height, limits);
  const size = Math.abs(format.bitpix) / 8;
  const plane = readPlane(source, image, shape, size);
  const validRows = Math.floor(plane.bytes.byteLength / (shape.width * size));
  if (validRows < 1) {
    throw refusal(
      'damagedData',
      source,
      'the file ends before the first row of its image is complete',
      'The file was cut off while it was written or copied; take another copy.',
    );
  }
  const pixels = allocatePlane(source, shape.width, shape.height, limits);
  const scaling: Scaling = { scale: 1, zero: format.zero, blank: null, unsigned64: false };
  toFitsOrder(plane.bytes, format, image.attributes.byteOrder?.toLowerCase() === 'big');
  convertSamples(plane.bytes.subarray(0, validRows * shape.width * size), format.bitpix, scaling, pixels, 0);
  pixels.fill(Number.NaN, validRows * shape.width);
  return {
    ...shape,
    bitpix: format.bitpix,
    pixels,
    typeMaximum: format.maximum,
    header: new FitsHeader(image.cards),
    truncated: plane.bytes.byteLength < plane.expectedBytes ? { validRows } : null,
  };
}
