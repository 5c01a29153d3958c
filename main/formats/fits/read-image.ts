/** The FITS reader's front door: bytes in, the frame's pixels and header out. */
import type { ByteSource } from '../byte-source.ts';
import { refusal } from '../refusal.ts';
import type { DecodedImage } from './decoded.ts';
import { looksLikeFits } from './hdus.ts';
import { FitsHeader } from './header.ts';
import { blockLength } from './limits.ts';
import type { PixelOptions } from './memory.ts';
import { readPlainImage } from './plain-image.ts';
import { readScaling, typeMaximum } from './scaling.ts';
import { type ImageHdu, imageOfHdu, selectImage } from './select-image.ts';
import { readTiledImage } from './tiles/read-tiles.ts';

/** Keywords that describe one HDU's own bytes and are never inherited (FITS Standard 4.0, section 4.4.2.6). */
const structural =
  /^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|GROUPS|EXTEND|BSCALE|BZERO|BLANK|END|CHECKSUM|DATASUM|DATAMAX|DATAMIN)$/;

/** The image's own cards, then those of the primary header that it lacks. */
function inheritedHeader(image: ImageHdu): FitsHeader {
  if (image.hdu.index === 0) return image.hdu.header;
  const inherited = image.primary.cards.filter(
    (card) => card.value !== null && !structural.test(card.keyword),
  );
  return new FitsHeader([...image.hdu.header.cards, ...inherited]);
}

function refuseOtherBytes(source: ByteSource): void {
  if (looksLikeFits(source.read(0, blockLength))) return;
  throw refusal(
    'notAnImage',
    source,
    'it does not begin like a FITS file (SIMPLE = T)',
    'It is another kind of file under an image name, or its beginning was overwritten.',
  );
}

function decode(
  source: ByteSource,
  image: ImageHdu,
  options: PixelOptions,
  warnings: string[],
): DecodedImage {
  const scaling = readScaling(image.hdu.header, image.bitpix, warnings);
  const plane = image.compressed
    ? readTiledImage(source, image, scaling, options, warnings)
    : readPlainImage(source, image, scaling, options, warnings);
  return {
    ...image.shape,
    ...plane,
    bitpix: image.bitpix,
    typeMaximum: typeMaximum(image.bitpix, scaling),
    header: inheritedHeader(image),
  };
}

/**
 * Decodes the frame of a FITS file that is not wrapped in gzip (see `unwrapGzip`): the first HDU with a
 * two-dimensional image. `warnings` collects what was odd but could be read.
 * @throws refusals `notAnImage`, `badHeader`, `noImage`, `unsupportedLayout`, `unsupportedCompression`,
 * `damagedData`, `tooLarge`.
 */
export function readFitsImage(source: ByteSource, options: PixelOptions, warnings: string[]): DecodedImage {
  refuseOtherBytes(source);
  return decode(source, selectImage(source, warnings), options, warnings);
}

/** Decodes the image of one HDU, 0 being the primary one. @throws as `readFitsImage`. */
export function readFitsHdu(
  source: ByteSource,
  index: number,
  options: PixelOptions,
  warnings: string[],
): DecodedImage {
  refuseOtherBytes(source);
  return decode(source, imageOfHdu(source, index, warnings), options, warnings);
}
