/** Writes FITS images: demo nights, exports and the fixtures of the reader's tests. */
import { joinBytes } from '../join-bytes.ts';
import { headerBytes, paddedBytes, type WriteCard } from './write-header.ts';
import { type Bitpix, type Scaling, storedBytes } from './write-pixels.ts';

export interface FitsImage {
  readonly width: number;
  readonly height: number;
  /** 1, or 3 for a colour cube. */
  readonly planes?: number;
  readonly bitpix: Bitpix;
  /** Physical value = BSCALE x stored + BZERO; defaults 0 and 1. */
  readonly bzero?: number;
  readonly bscale?: number;
  /** Stored value of undefined (NaN) pixels of an integer image. */
  readonly blank?: number;
  /** Physical values, plane after plane, row-major, row 0 first in the file. */
  readonly data: ArrayLike<number>;
  readonly cards?: readonly WriteCard[];
  /** Where the image lies; `extension` leaves the primary header without data. Default primary. */
  readonly place?: 'primary' | 'extension';
}

export function scalingOf(image: FitsImage): Scaling {
  return {
    bitpix: image.bitpix,
    bzero: image.bzero ?? 0,
    bscale: image.bscale ?? 1,
    blank: image.blank ?? null,
  };
}

/** BSCALE, BZERO and BLANK, where they differ from what a reader assumes. */
export function scalingCards(scaling: Scaling): WriteCard[] {
  const cards: WriteCard[] = [];
  if (scaling.bzero !== 0 || scaling.bscale !== 1)
    cards.push(
      { keyword: 'BSCALE', value: scaling.bscale, comment: 'physical = BZERO + BSCALE * stored' },
      { keyword: 'BZERO', value: scaling.bzero },
    );
  if (scaling.blank !== null) cards.push({ keyword: 'BLANK', value: scaling.blank });
  return cards;
}

export const emptyPrimary = (): Uint8Array =>
  headerBytes([
    { keyword: 'SIMPLE', value: true },
    { keyword: 'BITPIX', value: 8 },
    { keyword: 'NAXIS', value: 0 },
    { keyword: 'EXTEND', value: true },
  ]);

function shapeCards(image: FitsImage): WriteCard[] {
  const planes = image.planes ?? 1;
  const axes = planes === 1 ? [image.width, image.height] : [image.width, image.height, planes];
  return [
    { keyword: 'BITPIX', value: image.bitpix },
    { keyword: 'NAXIS', value: axes.length },
    ...axes.map((length, axis) => ({ keyword: `NAXIS${axis + 1}`, value: length })),
  ];
}

/** The bytes of a FITS file with one image. Values that an integer type cannot hold are clipped. */
export function writeFits(image: FitsImage): Uint8Array {
  const scaling = scalingOf(image);
  const count = image.width * image.height * (image.planes ?? 1);
  const data = paddedBytes(storedBytes(image.data, 0, count, scaling));
  const cards = [...scalingCards(scaling), ...(image.cards ?? [])];
  if (image.place === 'extension') {
    const header = headerBytes([
      { keyword: 'XTENSION', value: 'IMAGE', comment: 'Image extension' },
      ...shapeCards(image),
      { keyword: 'PCOUNT', value: 0 },
      { keyword: 'GCOUNT', value: 1 },
      ...cards,
    ]);
    return joinBytes([emptyPrimary(), header, data]);
  }
  const header = headerBytes([
    { keyword: 'SIMPLE', value: true, comment: 'conforms to FITS' },
    ...shapeCards(image),
    { keyword: 'EXTEND', value: true },
    ...cards,
  ]);
  return joinBytes([header, data]);
}
