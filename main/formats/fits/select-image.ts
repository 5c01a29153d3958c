/** Which HDU of a file is the frame: the first with a two-dimensional image or a colour cube of three planes. */
import type { ByteSource } from '../byte-source.ts';
import { refusal } from '../refusal.ts';
import { type Hdu, walkHdus } from './hdus.ts';
import type { FitsHeader } from './header.ts';
import { type Bitpix, integerKeyword, isBitpix, pixelCount, readAxes } from './structure.ts';

export interface ImageShape {
  readonly width: number;
  readonly height: number;
  /** 1, or 3 for colour. */
  readonly planes: 1 | 3;
}

export interface ImageHdu {
  readonly hdu: Hdu;
  readonly shape: ImageShape;
  /** BITPIX of the pixels, inside the compression where there is one. */
  readonly bitpix: Bitpix;
  /** All axes of the image as written; the trailing ones may be 1. */
  readonly axes: readonly number[];
  readonly compressed: boolean;
  /** The primary header, whose keywords an extension inherits. */
  readonly primary: FitsHeader;
}

type Verdict = { kind: 'image'; shape: ImageShape } | { kind: 'none' } | { kind: 'cube' };

/** Judges axis lengths alone. Trailing axes of length 1 count for nothing. */
export function judgeAxes(axes: readonly number[]): Verdict {
  if (axes.length < 2 || axes.some((length) => length === 0)) return { kind: 'none' };
  const [width = 0, height = 0, ...rest] = axes;
  const planes = rest.filter((length) => length !== 1);
  if (planes.length === 0) return { kind: 'image', shape: { width, height, planes: 1 } };
  if (planes.length === 1 && planes[0] === 3) return { kind: 'image', shape: { width, height, planes: 3 } };
  return { kind: 'cube' };
}

export function isCompressedImage(header: FitsHeader): boolean {
  return header.value('ZIMAGE') === true || (header.has('ZCMPTYPE') && header.has('ZBITPIX'));
}

function compressedImage(source: ByteSource, hdu: Hdu): { bitpix: Bitpix; axes: number[] } {
  const limits = { minimum: -64, maximum: 64 };
  const bitpix = integerKeyword(source, hdu.header, 'ZBITPIX', limits);
  const axes = readAxes(source, hdu.header, 'ZNAXIS');
  if (isBitpix(bitpix)) return { bitpix, axes };
  throw refusal(
    'badHeader',
    source,
    `ZBITPIX is ${bitpix}`,
    'FITS knows 8, 16, 32, 64, -32 and -64 bits for each pixel; the header is damaged.',
    { keyword: 'ZBITPIX' },
  );
}

function candidate(
  source: ByteSource,
  hdu: Hdu,
): { bitpix: Bitpix; axes: readonly number[]; compressed: boolean } | null {
  const extension = hdu.header.text('XTENSION')?.toUpperCase() ?? null;
  if (extension === 'BINTABLE' || extension === 'A3DTABLE') {
    if (!isCompressedImage(hdu.header)) return null;
    return { ...compressedImage(source, hdu), compressed: true };
  }
  if (extension !== null && extension !== 'IMAGE' && extension !== 'IUEIMAGE') return null;
  return { bitpix: hdu.shape.bitpix, axes: hdu.shape.axes, compressed: false };
}

/** The image of the HDU with this index (0 the primary one). @throws `noImage` when there is none; as `selectImage`. */
export function imageOfHdu(source: ByteSource, index: number, warnings: string[]): ImageHdu {
  let primary: FitsHeader | null = null;
  for (const hdu of walkHdus(source, warnings)) {
    primary ??= hdu.header;
    if (hdu.index < index) continue;
    const image = candidate(source, hdu);
    const verdict = image === null ? null : judgeAxes(image.axes);
    if (image !== null && verdict?.kind === 'image') return { hdu, shape: verdict.shape, primary, ...image };
    break;
  }
  throw refusal(
    'noImage',
    source,
    `HDU ${index} holds no two-dimensional image`,
    'Ask for another HDU, or leave the choice to the reader.',
  );
}

/**
 * Finds the frame of a FITS file.
 * @throws `noImage` (tables, one dimension, no data), `unsupportedLayout` (only a cube that is not colour),
 * `badHeader`, `tooLarge`.
 */
export function selectImage(source: ByteSource, warnings: string[]): ImageHdu {
  let primary: FitsHeader | null = null;
  let cube: readonly number[] | null = null;
  let hdus = 0;
  for (const hdu of walkHdus(source, warnings)) {
    primary ??= hdu.header;
    hdus++;
    const image = candidate(source, hdu);
    if (image === null) continue;
    pixelCount(source, image.axes);
    const verdict = judgeAxes(image.axes);
    if (verdict.kind === 'image') return { hdu, shape: verdict.shape, primary, ...image };
    if (verdict.kind === 'cube') cube ??= image.axes;
  }
  if (cube !== null) {
    throw refusal(
      'unsupportedLayout',
      source,
      `the image is a cube of ${cube.join(' x ')} and not colour (three planes)`,
      'Save the planes as single frames.',
      { axes: cube },
    );
  }
  throw refusal(
    'noImage',
    source,
    `none of its ${hdus} HDU${hdus === 1 ? '' : 's'} holds a two-dimensional image`,
    'It is a valid FITS file of something else (a table, a spectrum, a header alone); leave it out.',
  );
}
