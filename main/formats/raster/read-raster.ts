/**
 * PNG, JPEG and TIFF through sharp (libvips). Grey frames and the green plane of colour ones come out as stored
 * numbers: no gamma, no profile, no rotation by EXIF is applied.
 */
import sharp from 'sharp';
import type { ByteSource } from '../byte-source.ts';
import type { DecodedImage } from '../fits/decoded.ts';
import { FitsHeader } from '../fits/header.ts';
import { fitsLimits } from '../fits/limits.ts';
import { allocatePlane, type PixelOptions } from '../fits/memory.ts';
import { refusal } from '../refusal.ts';

/** Decoded bytes for each byte of the file beyond the free ones; photographs reach 100, flat colour 1,000. */
const ratio = 200;
/** A file of a few bytes must not keep a worker busy. */
const timeoutSeconds = 20;

// Frames are judged side by side in threads of their own, and none is read twice.
sharp.concurrency(1);
sharp.cache(false);

interface RasterFacts {
  readonly width: number;
  readonly height: number;
  readonly colour: boolean;
  readonly depth: 'uchar' | 'ushort' | 'float';
}

function damaged(source: ByteSource, cause: unknown) {
  const text = String((cause as Error).message ?? cause).slice(0, 160);
  return refusal(
    'damagedData',
    source,
    `the picture does not decode (${text})`,
    'The file was cut off or damaged; take another copy or export the frame as FITS.',
  );
}

function open(source: ByteSource, maximumPixels: number | false) {
  const bytes = source.read(0, source.byteLength);
  // Neither animation nor pages: the first picture is the frame.
  return sharp(bytes, { limitInputPixels: maximumPixels, sequentialRead: true, failOn: 'truncated' });
}

/** Reads the header alone; its claim is held against our own caps, which say what is wrong. */
async function inspect(source: ByteSource): Promise<RasterFacts> {
  const facts = await open(source, false)
    .metadata()
    .catch((cause: unknown) => {
      throw damaged(source, cause);
    });
  const { width, height, depth, channels } = facts;
  if (depth === 'uchar' || depth === 'ushort' || depth === 'float') {
    return { width, height, colour: (channels ?? 1) >= 3, depth };
  }
  throw refusal(
    'unsupportedLayout',
    source,
    `its samples are of the type ${String(depth)}`,
    'Known are 8 and 16 bits and 32-bit floats; export the frame as FITS.',
  );
}

/** Colour spaces in which libvips leaves numbers as they are. */
const spaces = {
  uchar: { grey: 'b-w', colour: 'srgb' },
  ushort: { grey: 'grey16', colour: 'rgb16' },
  float: { grey: 'b-w', colour: 'scrgb' },
} as const;

/** Decodes to `depth` samples of one channel. */
async function rawPlane(source: ByteSource, facts: RasterFacts, maximumPixels: number) {
  const space = spaces[facts.depth][facts.colour ? 'colour' : 'grey'];
  let pipeline = open(source, maximumPixels).timeout({ seconds: timeoutSeconds }).toColourspace(space);
  if (facts.colour) pipeline = pipeline.removeAlpha().extractChannel(1);
  const { data, info } = await pipeline.raw({ depth: facts.depth }).toBuffer({ resolveWithObject: true });
  return { data, channels: info.channels, width: info.width, height: info.height };
}

function samples(data: Buffer, depth: RasterFacts['depth']): Uint8Array | Uint16Array | Float32Array {
  if (depth === 'uchar') return data;
  const aligned = data.byteOffset % 4 === 0 ? data : Buffer.from(new Uint8Array(data).buffer);
  const { buffer, byteOffset, byteLength } = aligned;
  if (depth === 'ushort') return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

/** @throws `damagedData`, `tooLarge`, `unsupportedLayout`. */
export async function readRasterImage(source: ByteSource, options: PixelOptions): Promise<DecodedImage> {
  const maximumPixels = options.maximumPixels ?? fitsLimits.pixels;
  const facts = await inspect(source);
  const pixels = allocatePlane(source, facts.width, facts.height, { ...options, ratio });
  const plane = await rawPlane(source, facts, maximumPixels).catch((cause: unknown) => {
    throw damaged(source, cause);
  });
  const words = samples(plane.data, facts.depth);
  if (words.length !== pixels.length * plane.channels) {
    throw damaged(source, new Error(`${words.length} samples for ${pixels.length} pixels`));
  }
  if (plane.channels === 1) pixels.set(words);
  else for (let i = 0; i < pixels.length; i++) pixels[i] = words[i * plane.channels]!;
  const bits = { uchar: 8, ushort: 16, float: -32 } as const;
  const maxima = { uchar: 255, ushort: 65_535, float: null } as const;
  return {
    width: facts.width,
    height: facts.height,
    planes: facts.colour ? 3 : 1,
    bitpix: bits[facts.depth],
    pixels,
    typeMaximum: maxima[facts.depth],
    header: new FitsHeader([]),
    truncated: null,
  };
}
